/** What can go wrong while rows are given to splits. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import type {} from "#dsl/diagnostics/codes.js";
import { listed } from "#dsl/diagnostics/listed.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "no-shares": Record<never, never>;
    "shares-too-large": { readonly percent: number };
    "counts-too-large": { readonly wanted: number; readonly rows: number };
    "rows-without-split": { readonly column: string; readonly rows: readonly number[]; readonly count: number };
    "split-name": { readonly column: string; readonly value: string; readonly suggestion: string };
    "split-not-streamed": { readonly split: string; readonly why: string };
    "too-many-splits": { readonly column: string; readonly count: number };
  }
}

registerCodes({
  "split-not-streamed": {
    severity: "error",
    facts: true,
    at: ["split"],
    message: (d) => `\`${d.split}\` can't split data that are streamed: ${d.why}`,
    help: () => "write shares, as in `random(train: 90%, validation: 10%)`, or split by a column with `by_column`",
    explain:
      "A streamed source is read once from front to back, so each row must get its split without knowledge of those behind it. Shares are drawn row by row; a number of rows can't be met that way.",
  },
  "no-shares": {
    severity: "error",
    message: () => "`random` is not told into which parts to split",
    help: () => "write shares: `random(train: 80%, validation: 10%, test: 10%)`",
    explain: "Each named argument of `random` is a split and its share or its number of rows.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random() }',
  },
  "shares-too-large": {
    severity: "error",
    message: (d) => `the shares come to ${d.percent} %`,
    help: () => "lower them to 100 % at most; rows that no split takes are left out",
    explain: "Each row is in one split at most, so the shares of all splits can't come to more than all rows.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 90%, test: 20%) }',
  },
  "counts-too-large": {
    severity: "error",
    facts: true,
    at: ["split"],
    message: (d) => `the splits ask for ${d.wanted} rows, but there are ${d.rows}`,
    help: () => "ask for fewer rows, or for shares",
    explain: "Numbers of rows are taken first, shares are of all rows; together they can't be more than there are.",
  },
  "rows-without-split": {
    severity: "error",
    facts: true,
    at: ["split.column", "split"],
    message: (d) =>
      `${d.count} ${d.count === 1 ? "row has" : "rows have"} nothing in the column "${d.column}" (row ${listed(d.rows.map(String), { of: d.count })})`,
    help: () => "name the split of every row, or remove those rows from the file",
    explain: "With `by_column` each row says to which split it belongs.",
  },
  "split-name": {
    severity: "error",
    facts: true,
    at: ["split.column", "split"],
    message: (d) => `"${d.value}" in the column "${d.column}" is no name for a split`,
    help: (d) => `rename it: \`by_column(${d.column}, rename: { ${JSON.stringify(d.value)}: ${d.suggestion} })\``,
    explain: "A split is written `tickets.test`: its name is letters, digits and `_`, and begins with a letter.",
  },
  "too-many-splits": {
    severity: "error",
    facts: true,
    at: ["split.column", "split"],
    message: (d) => `the column "${d.column}" has ${d.count} different values`,
    help: () => "take the column that holds train, validation and test",
    explain: "`by_column` makes a split of each value; this many are no splits but something else.",
  },
});
