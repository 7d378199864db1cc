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
      `\`${d.data}\` has ${plural(d.labels, "label")} in ${plural(d.rows, "row")}: nearly every row has a unique label`,
    help: (d) =>
      `name the column that contains the labels; is "${d.column}" an id (\`id: ${nameOf(d.column)}\`), or the text?`,
    explain:
      "A model learns a label from the rows that have it, so a label of a single row is useless. This happens when a column of ids, texts " +
      "or times has the role `label`.",
  },
  "labels-like-splits": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the labels of \`${d.data}\` are split names: ${d.has.map((one) => `"${one}"`).join(", ")}`,
    help: (d) =>
      `name another column as \`label\`${d.split === undefined ? "" : `; to split the rows by "${d.column}", write \`split: ${d.split}\``}`,
    explain:
      "A column with `train` and `test` assigns rows to splits. A model with such labels would learn to predict the split.",
  },
  "numbers-as-text": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `\`${d.role}\` reads the column "${d.column}", whose first rows are numbers: ${d.some.join(", ")}`,
    help: () => "name the column that contains the texts; language models learn little from numbers in a table",
    explain:
      "The first rows of the column contain only numbers. A language model reads them digit by digit. For tables of measurements use other models, such as gradient boosting.",
  },
  "labels-like-scores": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the ${plural(d.labels, "label")} of \`${d.data}\` are all numbers on a scale`,
    help: (d) =>
      `write \`score: ${nameOf(d.column)}\` instead of \`label\`, and \`task: regression\`, if larger means more; if each number is a class, list them: \`labels: [ … ]\``,
    explain:
      "Labels have no order: predicting 2.5 instead of 2.4 is as wrong as predicting -3. Train measurements as a `score` " +
      "with `regression`. The warning requires at least one negative or fractional label.",
  },
  "scores-like-labels": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => `the scores of \`${d.data}\` are only ${listNames(d.values.map(String))}, like class numbers`,
    help: (d) =>
      `write \`label: ${nameOf(d.column)}\` instead of \`score\`, and \`task: text_classification\`, if each number is a class`,
    explain:
      "Regression predicts amounts: if the model predicts 1 for rows with 0 and rows with 2, it is half wrong on both. Classes have " +
      "no order. The warning covers scores with two values, and whole numbers from 0 without a gap, but not ratings from 1.",
  },
  "disliked-answers": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the column "${d.column}" of \`${d.data}\` is true or false in the first rows, but all answers are trained on`,
    help: (d) =>
      `train only on the good answers, if the column marks them: ${d.file === undefined ? "drop the rows where it is false" : `\`source: sql("select * from '${d.file.replaceAll("'", "''")}' where ${sqlName(d.column)} order by ${sqlName(d.by)}")\``}`,
    explain:
      "Data for KTO mark each answer as good or bad. Training on answers learns the bad ones like the good " +
      "ones. Training on preferences is not supported yet. If the column means something else, allow the warning with a reason.",
  },
  "strange-splits": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(
        d.splits.reduce((sum, { rows }) => sum + rows, 0),
        "row",
      )} of \`${d.data}\` (of ${count(d.of)}) are not used to train or score: their split${d.splits.length === 1 ? " is" : "s are"} called ${d.splits.map(({ name, rows }) => `"${name}" (${plural(rows, "row")})`).join(", ")}`,
    help: (d) => `write \`${renameSplitsText(d.splits)}\` after the column`,
    explain:
      "Training uses the split `train`, checks during training use `validation`, and final scores use `test`, all in lower " +
      "case. A split with another name is read only where a statement names it.",
  },
};

/** Writes `rename: { dev: validation }`. */
export function renameSplitsText(splits: readonly { readonly name: string; readonly meant: string }[]): string {
  return `rename: { ${splits.map(({ name, meant }) => `${nameOf(name)}: ${meant}`).join(", ")} }`;
}

function nameOf(name: string): string {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name) ? name : JSON.stringify(name);
}
