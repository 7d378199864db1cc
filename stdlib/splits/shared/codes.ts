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
    message: (d) => `\`${d.split}\` can't split data that are streamed: ${d.why}`,
    help: () => "write shares, as in `random(train: 90%, validation: 10%)`, or split by a column with `by_column`",
    explain:
      "A streamed source is read once from front to back, so each row must get its split without knowledge of those behind it. Shares are drawn row by row; a number of rows can't be met that way.",
  },
  "no-such-fold": {
    severity: "error",
    message: (d) => `there is no fold ${d.fold}: the rows are parted into ${d.k}`,
    help: (d) => `write one of 1 to ${d.k}, or leave \`fold\` out: each is held out once then`,
    explain: "Folds are counted from 1 to k, the number of folds that the rows are parted into.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5, fold: 6) }',
  },
  "no-shares": {
    severity: "error",
    message: (d) => `\`${d.split}\` is not told into which parts to split`,
    help: (d) =>
      d.split === "random"
        ? "write shares: `random(train: 80%, validation: 10%, test: 10%)`"
        : `write shares: \`${d.split}(…, ${d.split === "by_time" ? "" : "train: 80%, "}test: 20%)\``,
    explain: "Each named argument of such a split is a split and its share or its number of rows.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random() }',
  },
  "shares-too-large": {
    severity: "error",
    message: (d) => `the shares come to ${d.percent} %`,
    help: () => "lower them to 100 % at most; rows that no split takes are left out",
    explain: "Each row is in one split at most, so the shares of all splits can't come to more than all rows.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 90%, test: 20%) }',
  },
  "shares-leave-rows": {
    severity: "warning",
    message: (d) => `${String(d.percent)} % of the rows are in no split`,
    help: () => "raise the shares to 100 % (`train: rest` takes all that the others leave), or allow it with a reason",
    explain:
      "Rows that no split takes are left out of training and of scores. Where all parts are written as shares and don't come to 100 %, that is mostly a slip. To learn from a part of the data on purpose, write `sample`.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 10%) }',
  },
  "counts-too-large": {
    severity: "error",
    facts: true,
    paths: ["split"],
    message: (d) => `the splits ask for ${d.wanted} rows, but there are ${d.rows}`,
    help: () => "ask for fewer rows, or for shares",
    explain: "Numbers of rows are taken first, shares are of all rows; together they can't be more than there are.",
  },
  "rows-without-split": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row has" : "rows have"} nothing in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })})`,
    help: () => "name the split of every row, or remove those rows from the file",
    explain: "With `by_column` each row says to which split it belongs.",
  },
  "rows-without-key": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row has" : "rows have"} nothing in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })})`,
    help: () => "take a column that every row has a value in, or leave those rows out of the file",
    explain:
      "`hashed` puts a row where its value says, so that it stays there when others come. A row without a value would go anywhere.",
  },
  "no-time": {
    severity: "error",
    message: (d) => `${JSON.stringify(d.text)} says no time`,
    help: () => 'write a date as in `"2025-01-01"` or `"2025-01-01T12:00"`, or a share as in `10%`',
    explain:
      "`by_time` compares numbers, and texts of ISO 8601: year, month and day with `-` between them. Other orders of day and month mean two things.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: by_time(a, test: "1/2/2025") }',
  },
  "not-a-time": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row says" : "rows say"} no time in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })}); the first has ${d.found}`,
    help: (d) =>
      d.beside === "numbers"
        ? "write numbers in every row, or dates in every row"
        : "write times as in `2025-03-01` or `2025-03-01T10:00`, or make such a column in a TypeScript cell",
    explain:
      "`by_time` compares numbers, dates, and texts of ISO 8601. A column holds one of them: numbers beside dates have no order, and `03/04/2025` is two days, depending on who reads it. No row is put anywhere by guess.",
  },
  "split-name": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) => `"${d.value}" in the column "${d.column}" is no name for a split`,
    help: (d) => `rename it: \`by_column(${d.column}, rename: { ${JSON.stringify(d.value)}: ${d.suggestion} })\``,
    explain: "A split is written `tickets.test`: its name is letters, digits and `_`, and begins with a letter.",
  },
  "too-many-splits": {
    severity: "error",
    facts: true,
    paths: ["split.column", "split"],
    message: (d) => `the column "${d.column}" has ${d.count} different values`,
    help: () => "take the column that holds train, validation and test",
    explain: "`by_column` makes a split of each value; this many are no splits but something else.",
  },
};
