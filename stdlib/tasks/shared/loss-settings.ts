/**
 * Parameters that modify a training loss: label smoothing and focal loss. They have no default, so that recipes without
 * them keep their hash. Scores, including the validation loss, use the unmodified loss, so that models trained with
 * different losses can be compared.
 */
import { defineParameter } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";

export const labelSmoothingParameter = defineParameter({
  name: "label_smoothing",
  type: { is: "number", unit: "share" },
  doc: "Share of the probability that is spread evenly over all labels while training: with ε and n labels the target of the correct one is 1 − ε + ε / n, of each other one ε / n. As PyTorch's `label_smoothing` and transformers' `label_smoothing_factor`; scores and the validation loss use the original labels, while transformers' validation loss is smoothed.",
  range: { min: 0, max: 0.99 },
  why: "A model that is not trained to be certain is less certain of its mistakes and less sensitive to wrong labels; by default labels are not smoothed.",
  impact: "medium",
});

export const focalLossParameter = defineParameter({
  name: "focal",
  type: { is: "number" },
  doc: "Reduces the loss of labels that the model is already sure of: each is multiplied by (1 − p)^focal (focal loss). The mean of a batch is over its rows as without it. Scores use the plain loss.",
  range: { min: 0, max: 10 },
  why: "If most rows are easy, they dominate the hard ones, especially those of rare labels; 2 is usual. By default all weigh the same; probabilities are then better calibrated.",
  impact: "medium",
});

export interface LabelLossSettings {
  readonly smoothing: number;
  readonly focal: number;
}
/** Returns the given values, 0 by default. */
export function lossSettingsOf({ arguments: given }: Call): LabelLossSettings {
  const smoothing = given["label_smoothing"];
  const share = smoothing !== null && typeof smoothing === "object" && "share" in smoothing ? smoothing.share : 0;
  return { smoothing: Number(share), focal: Number(given["focal"] ?? 0) };
}
