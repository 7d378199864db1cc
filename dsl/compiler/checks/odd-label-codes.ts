/** Codes of label columns whose contents do not look like labels, and of splits that nothing reads. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNames } from "../../language/diagnostics/lists.js";

export interface OddLabelCodeData {
  "labels-like-ids": {
    readonly data: string;
    readonly column: string;
    readonly labels: number;
    readonly rows: number;
  };
  "labels-like-scores": OddLabelCodeData["labels-like-ids"];
  "scores-like-labels": { readonly data: string; readonly column: string; readonly values: readonly number[] };
  "disliked-answers": {
    readonly data: string;
    readonly column: string;
    /** Unset if the rows do not come from a single file. */
    readonly file?: string;
    readonly by: string;
  };
  "labels-like-splits": OddLabelCodeData["labels-like-ids"] & {
    readonly has: readonly string[];
    /** The split word that reads a column of split names, such as `by_column(…)`. Unset if the vocabulary has none. */
    readonly split?: string;
  };
  "numbers-as-text": { readonly column: string; readonly role: string; readonly some: readonly string[] };
  "strange-splits": {
    readonly data: string;
    readonly splits: readonly { readonly name: string; readonly rows: number; readonly meant: string }[];
    readonly of: number;
  };
}
const count = (n: number): string => n.toLocaleString("en-US");
const plural = (n: number, one: string): string => `${count(n)} ${n === 1 ? one : `${one}s`}`;

/** Quotes a column name for SQL inside a Tune string. */
const sqlName = (column: string): string =>
  /^[A-Za-z_]\w*$/.test(column) ? column : `\\"${column.replaceAll('"', '\\"\\"')}\\"`;

export const oddLabelCodes: CodeTable<OddLabelCodeData> = {
  "labels-like-ids": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `\`${d.data}\` has ${plural(d.labels, "label")} in ${plural(d.rows, "row")}: nearly every row has one of its own`,
    help: (d) =>
      `name the column that holds the labels; is "${d.column}" an id (\`id: ${nameOf(d.column)}\`), or the text?`,
    explain:
      "A label is learnt from the rows that have it, and one that a single row has can't be told again. Columns of ids, of texts " +
      "and of times look like that when they play the role `label`.",
  },
  "labels-like-splits": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the labels of \`${d.data}\` are names of splits: ${d.has.map((one) => `"${one}"`).join(", ")}`,
    help: (d) =>
      `name another column as \`label\`${d.split === undefined ? "" : `; to split the rows by "${d.column}", write \`split: ${d.split}\``}`,
    explain:
      "A column with `train` and `test` says to which split a row belongs. A model with such labels would learn to tell the splits from each other.",
  },
  "numbers-as-text": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `\`${d.role}\` reads the column "${d.column}", whose first rows are numbers: ${d.some.join(", ")}`,
    help: () => "name the column that holds the texts; language models learn little from numbers of a table",
    explain:
      "The first rows of the column are nothing but numbers. A language model reads them digit by digit; for tables of measurements other models serve, such as gradient boosting.",
  },
  "labels-like-scores": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the ${plural(d.labels, "label")} of \`${d.data}\` are all numbers, on a scale`,
    help: (d) =>
      `if greater means more, write \`score: ${nameOf(d.column)}\` in place of \`label\`, and \`task: regression\`; if each is a class, list them: \`labels: [ … ]\``,
    explain:
      "Between labels there is no order: a model that takes 2.5 for 2.4 is as wrong as one that takes it for -3. What measures " +
      "something is learnt as a `score`, by `regression`. Told are labels of which at least one is negative or a fraction.",
  },
  "scores-like-labels": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the scores of \`${d.data}\` are ${listNames(d.values.map(String))} alone, as numbers of labels are`,
    help: (d) =>
      `if each number is a class, write \`label: ${nameOf(d.column)}\` in place of \`score\`, and \`task: text_classification\``,
    explain:
      "A regression learns how much: a model that says 1 of rows with 0 and of rows with 2 is half wrong of both. Classes have " +
      "no order. Told are scores of two values, and whole numbers from 0 on without a gap; ratings from 1 on are not.",
  },
  "disliked-answers": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the column "${d.column}" of \`${d.data}\` says true or false in the first rows, and all answers are trained`,
    help: (d) =>
      `if it says which answers are good, train these alone: ${d.file === undefined ? "leave out the rows where it is false" : `\`source: sql("select * from '${d.file.replaceAll("'", "''")}' where ${sqlName(d.column)} order by ${sqlName(d.by)}")\``}`,
    explain:
      "Data for KTO mark each answer as good or bad. A training on answers learns every one of them, the bad ones as the good " +
      "ones. Training on preferences isn't built yet. If the column means something else, allow the warning with a reason.",
  },
  "strange-splits": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(
        d.splits.reduce((sum, { rows }) => sum + rows, 0),
        "row",
      )} of \`${d.data}\` (of ${count(d.of)}) neither train nor score: their split${d.splits.length === 1 ? " is" : "s are"} called ${d.splits.map(({ name, rows }) => `"${name}" (${plural(rows, "row")})`).join(", ")}`,
    help: (d) => `write \`${renameSplitsText(d.splits)}\` after the column`,
    explain:
      "What trains is called `train`, what is looked at meanwhile `validation`, and what scores at the end `test`, in small " +
      "letters. Rows of a split with another name are read only where a statement names it.",
  },
};

/** Writes `rename: { dev: validation }`. */
export function renameSplitsText(splits: readonly { readonly name: string; readonly meant: string }[]): string {
  return `rename: { ${splits.map(({ name, meant }) => `${nameOf(name)}: ${meant}`).join(", ")} }`;
}

function nameOf(name: string): string {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name) ? name : JSON.stringify(name);
}
