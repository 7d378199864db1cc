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
        ? `\`${d.task}\` does not choose between labels, so \`${d.word}\` has nothing to fit`
        : `\`${d.word}\` needs two labels, or several labels per text, but here one of ${String(d.labels)} labels is correct`,
    help: (d) =>
      d.labels === null ? "remove `calibrate`" : "use `temperature`, which fits probabilities of any number of labels",
    explain:
      "`calibrate` corrects the outputs of a trained model with the help of the validation rows: `temperature` corrects how sure the probabilities of labels are, and `threshold` sets the probability from which a label is predicted. With three or more labels of which one is correct, the most likely label is predicted, so there is no threshold to set.",
    example: `${data.replace(", label: l", "")}\nmodel m { base: "b", task: fill_mask }\ntrain m on d { calibrate: temperature }`,
  },
  "calibrated-twice": {
    severity: "error",
    message: (d) => `\`calibrate\` lists \`${d.word}\` twice`,
    help: () => "remove one of them",
    explain: "Each is fitted once: the second fit would replace the first.",
    example: `${data}\nmodel m { base: "b", task: text_classification }\ntrain m on d { calibrate: [temperature, temperature] }`,
  },
  "calibrated-label": {
    severity: "error",
    message: (d) => `${d.word}: the data has no label "${d.label}"`,
    help: (d) => (d.nearest === undefined ? `use one of the labels ${listNames(d.has)}` : `write \`${d.nearest}\``),
    explain: "`of:` names the label whose threshold is fitted. It must be one of the two labels of the data.",
    example: `${data}\nmodel m { base: "b", task: text_classification }\ntrain m on d { calibrate: threshold(of: maybe) }`,
  },
  "calibrate-on-folds": {
    severity: "error",
    message: (d) =>
      `\`calibrate\` would fit each fold's model to the rows that score it: \`${d.data}\` is split into folds`,
    help: () => "remove `calibrate`, or use fixed splits: `split: random(train: 80%, validation: 10%, test: 10%)`",
    explain:
      "The model of a fold is validated on the fold that it was not trained on, and `evaluate` scores it there. Calibrating on those rows makes their scores too good.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { calibrate: temperature }',
  },
};
