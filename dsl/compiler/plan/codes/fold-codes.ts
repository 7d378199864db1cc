/** Codes of data in folds, and of the models trained on them. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface FoldCodeData {
  "fold-model": {
    readonly model: string;
    /** Names of its models, one per fold. */
    readonly folds: readonly string[];
    readonly data: string;
    /** Other rows on which it was to be evaluated. */
    readonly on?: string;
  };
  "fold-data": { readonly data: string; readonly split: string; readonly k: number };
}

const example = (more: string): string =>
  `data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\n${more}`;

export const foldCodes: CodeTable<FoldCodeData> = {
  "fold-model": {
    severity: "error",
    message: (d) =>
      d.on === undefined
        ? `\`${d.model}\` is ${d.folds.length} models, one for each fold of \`${d.data}\``
        : `\`${d.model}\` is ${d.folds.length} models, and which of them did not see a row is known of \`${d.data}\` alone`,
    help: (d) =>
      [
        ...(d.on === undefined ? [] : [`write \`evaluate ${d.model} on ${d.data}\``]),
        `take one of them, \`${d.folds[0] ?? d.model}\` to \`${d.folds.at(-1) ?? d.model}\``,
        "train one model on all rows",
      ].join(", or "),
    explain:
      "Training on folds trains one model for each, on all rows but the fold's own. Together they say how well such a model does on rows that it has not seen; none of them is the model to use, and each has a name of its own.",
    example: example('train m on d as crossed\npredict crossed on "a text"'),
  },
  "fold-data": {
    severity: "error",
    message: (d) =>
      `\`${d.data}\` is parted into ${d.k} folds, and here rows that train and rows that validate are wanted`,
    help: (d) =>
      `hold one fold out: \`data one like ${d.data} { split: ${d.split.replace(/\)$/, ", fold: 1)")} }\`, or write \`split: random(train: 80%, validation: 20%)\``,
    explain:
      "`train` goes through all folds, one training for each. What trains a single model, or many with other settings, wants data with one split.",
    example: example("sweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: accuracy }"),
  },
};
