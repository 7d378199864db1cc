/** Error codes of splits. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** The data of each code. */
export interface SplitsCodeData {
  "no-shares": { readonly split: string };
  "no-such-fold": { readonly fold: number; readonly k: number };
  "rows-without-key": { readonly column: string; readonly rows: readonly number[]; readonly count: number };
  "no-time": { readonly text: string };
  "not-a-time": {
    readonly column: string;
    readonly rows: readonly number[];
    readonly count: number;
    /** The value in the first of these rows. */
    readonly found: string;
    readonly beside: "numbers" | "dates";
  };
  "shares-too-large": { readonly percent: number };
  "shares-leave-rows": { readonly percent: number };
  "counts-too-large": { readonly wanted: number; readonly rows: number };
  "rows-without-split": { readonly column: string; readonly rows: readonly number[]; readonly count: number };
  "split-name": { readonly column: string; readonly value: string; readonly suggestion: string };
  "split-not-streamed": { readonly split: string; readonly why: string };
  "too-many-splits": { readonly column: string; readonly count: number };
}

export const splitsCodes: CodeTable<SplitsCodeData> = {
  "split-not-streamed": {
    severity: "error",
    facts: true,
    paths: ["split"],
    message: (d) => `\`${d.split}\` cannot split streamed data: ${d.why}`,
    help: () => "write shares, as in `random(train: 90%, validation: 10%)`, or split by a column with `by_column`",
    explain:
      "A stream is read once from front to back, so each row gets its split before later rows are known. Shares can be drawn row by row; an exact number of rows cannot.",
  },
  "no-such-fold": {
    severity: "error",
    message: (d) => `there is no fold ${d.fold}: the rows are split into ${d.k}`,
    help: (d) => `write one of 1 to ${d.k}, or remove \`fold\` to hold out each once`,
    explain: "Folds are numbered from 1 to k, the number of folds.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5, fold: 6) }',
  },
  "no-shares": {
    severity: "error",
    message: (d) => `\`${d.split}\` has no splits`,
    help: (d) =>
      d.split === "random"
        ? "write shares: `random(train: 80%, validation: 10%, test: 10%)`"
        : `write shares: \`${d.split}(…, ${d.split === "by_time" ? "" : "train: 80%, "}test: 20%)\``,
    explain: "Each named argument is a split with its share or its number of rows.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random() }',
  },
  "shares-too-large": {
    severity: "error",
    message: (d) => `the shares add up to ${d.percent} %`,
    help: () => "lower them to at most 100 %; rows in no split are left out",
    explain: "Each row is in at most one split, so the shares cannot exceed 100 %.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 90%, test: 20%) }',
  },
  "shares-leave-rows": {
    severity: "warning",
    message: (d) => `${String(d.percent)} % of the rows are in no split`,
    help: () =>
      'raise the shares to 100 % (`train: rest` adds all remaining rows); if rows are left out on purpose, write `allow: { shares-leave-rows: "why" }`',
    explain:
      "Rows in no split are neither trained on nor scored. If all shares are written and do not add up to 100 %, that is usually a mistake. To train on a part of the data on purpose, write `sample`.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 10%) }',
  },
  "counts-too-large": {
    severity: "error",
    facts: true,
    paths: ["split"],
    message: (d) => `the splits need ${d.wanted} rows, but there are ${d.rows}`,
    help: () => "use fewer rows, or shares",
    explain:
      "Numbers of rows are assigned first; shares are of all rows. Together they cannot exceed the number of rows.",
  },
  "rows-without-split": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row has" : "rows have"} no value in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })})`,
    help: () => "write a split for every row, or remove those rows from the file",
    explain: "With `by_column` the column names the split of each row.",
  },
  "rows-without-key": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row has" : "rows have"} no value in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })})`,
    help: () => "use a column that has a value in every row, or remove those rows from the file",
    explain:
      "`hashed` assigns a row by its value, so that it stays in its split when rows are added. A row without a value has no place.",
  },
  "no-time": {
    severity: "error",
    message: (d) => `${JSON.stringify(d.text)} is not a time`,
    help: () => 'write a date such as `"2025-01-01"` or `"2025-01-01T12:00"`, or a share such as `10%`',
    explain:
      "`by_time` compares numbers and ISO 8601 texts: year, month and day joined by `-`. Other orders of day and month are ambiguous.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: by_time(a, test: "1/2/2025") }',
  },
  "not-a-time": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row has" : "rows have"} no valid time in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })}); the first has ${d.found}`,
    help: (d) =>
      d.beside === "numbers"
        ? "write numbers in every row, or dates in every row"
        : "write times such as `2025-03-01` or `2025-03-01T10:00`, or compute such a column in a TypeScript cell",
    explain:
      "`by_time` compares numbers, dates or ISO 8601 texts, one kind per column. Numbers and dates have no common order, and `03/04/2025` can be two different days. The split of a row is never guessed.",
  },
  "split-name": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) => `"${d.value}" in the column "${d.column}" cannot be the name of a split`,
    help: (d) => `rename it: \`by_column(${d.column}, rename: { ${JSON.stringify(d.value)}: ${d.suggestion} })\``,
    explain:
      "A split is written `tickets.test`. Its name consists of letters, digits and `_`, and starts with a letter.",
  },
  "too-many-splits": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) => `the column "${d.column}" has ${d.count} different values, too many for splits`,
    help: () => "use the column with train, validation and test",
    explain: "`by_column` makes one split per value. A column with so many values does not name splits.",
  },
};
