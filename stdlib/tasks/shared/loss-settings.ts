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
  doc: "Share of each label that is spread evenly over all of them while training: with ε of n labels the right one is taught as 1 − ε + ε / n, each other one as ε / n. As PyTorch's `label_smoothing` and transformers' `label_smoothing_factor`; scores are of the labels as they are, the validation's loss too, where transformers' own is smoothed.",
  range: { min: 0, max: 0.99 },
  why: "A model that is never taught to be certain is less so of its mistakes, and minds a wrong label less; left out, labels are taught as they are.",
  impact: "medium",
});

export const focalParameter = defineParameter({
  name: "focal",
  type: { is: "number" },
  doc: "How much less a label counts in the loss the surer the model is of it: each is multiplied by (1 − p)^focal (focal loss). The mean of a batch is over its rows as without it. Scores are of the plain loss.",
  range: { min: 0, max: 10 },
  why: "Where most rows are easy they drown the hard ones, of rare labels most of all; 2 is usual. Left out, all count alike; probabilities are then better calibrated.",
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
