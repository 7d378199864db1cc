/** Codes of calibration after a training. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNames } from "../../language/diagnostics/lists.js";

export interface CalibrationCodeData {
  /** `labels`: number of labels; null if the task does not decide labels. */
  "cannot-calibrate": { readonly word: string; readonly task: string; readonly labels: number | null };
  "calibrated-twice": { readonly word: string };
  "calibrated-label": {
    readonly word: string;
    readonly label: string;
    readonly has: readonly string[];
    readonly nearest?: string;
  };
  "calibrate-on-folds": { readonly data: string };
}

const data =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 10%, test: 10%) }';

export const calibrationCodes: CodeTable<CalibrationCodeData> = {
  "cannot-calibrate": {
    severity: "error",
    message: (d) =>
      d.labels === null
        ? `\`${d.task}\` decides between no labels, so that \`${d.word}\` has nothing to fit`
        : `\`${d.word}\` needs two labels, or several of a text, and here one of ${String(d.labels)} labels is right`,
    help: (d) =>
      d.labels === null ? "leave `calibrate` out" : "`temperature` fits probabilities of any number of labels",
    explain:
      "`calibrate` fits what follows the logits of a trained model to the rows of validation: a temperature where labels are likely or not, a threshold where a label is given or not. Of three labels and more of which one is right the likeliest is given, and there is no threshold.",
    example: `${data.replace(", label: l", "")}\nmodel m { base: "b", task: fill_mask }\ntrain m on d { calibrate: temperature }`,
  },
  "calibrated-twice": {
    severity: "error",
    message: (d) => `\`${d.word}\` stands twice in \`calibrate\``,
    help: () => "leave one of them out",
    explain: "Each is fitted once: the second would undo the first.",
    example: `${data}\nmodel m { base: "b", task: text_classification }\ntrain m on d { calibrate: [temperature, temperature] }`,
  },
  "calibrated-label": {
    severity: "error",
    message: (d) => `${d.word}: the data has no label "${d.label}"`,
    help: (d) => (d.nearest === undefined ? `the labels are ${listNames(d.has)}` : `write \`${d.nearest}\``),
    explain: "`of:` names the label whose threshold is fitted; it must be one of the two that the data have.",
    example: `${data}\nmodel m { base: "b", task: text_classification }\ntrain m on d { calibrate: threshold(of: maybe) }`,
  },
  "calibrate-on-folds": {
    severity: "error",
    message: (d) =>
      `\`calibrate\` would fit each fold's model to the rows that it is scored on: \`${d.data}\` is in folds`,
    help: () => "leave `calibrate` out, or divide the rows: `split: random(train: 80%, validation: 10%, test: 10%)`",
    explain:
      "A model of a fold validates on the fold that it did not see, and `evaluate` scores it there. What is fitted to those rows makes their scores better than those of others.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { calibrate: temperature }',
  },
};
