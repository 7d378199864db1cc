/** Loss weight of positive cases per label, for multi-label tasks: `positive_weight`. */
import { defineParameter } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";

export const positiveWeightParameter = defineParameter({
  name: "positive_weight",
  type: {
    is: "either",
    of: [
      { is: "choice", of: ["balanced"] },
      { is: "record", of: { is: "number" }, example: "{ fraud: 10, spam: 2 }" },
    ],
  },
  doc: "Weight in the loss of a row with the label, relative to one without it: `balanced`, rows without the label / rows with it, or a number for each label (1 by default). As PyTorch's `pos_weight`; scores are not weighted.",
  means: { balanced: "rows with a label weigh as much in total as rows without it" },
  why: "Most rows lack most labels, and a model does well by never predicting them; by default both weigh the same.",
  impact: "high",
});

type Weighing = { readonly record: Readonly<Record<string, number>> } | "balanced" | undefined;
const weighing = (call: Call): Weighing => call.arguments["positive_weight"] as Weighing;

export const hasPositiveWeights = (call: Call): boolean => weighing(call) !== undefined;

/** Returns the argument's text if weights follow from the label frequencies, else null. */
export const balancedPositiveWeightText = (call: Call): string | null =>
  weighing(call) === "balanced" ? "positive_weight: balanced" : null;

/** Returns the weights that are given by label name. */
export function positiveWeightsByLabel(call: Call): Readonly<Record<string, number>> {
  const given = weighing(call);
  return given === undefined || given === "balanced" ? {} : given.record;
}

/**
 * Returns weights by label number. `truth`: 1 or 0, rows × labels; a label that all rows have, or none, has weight 1.
 */
export function positiveWeights(call: Call, labels: readonly string[], truth: Uint8Array): Float32Array {
  const given = positiveWeightsByLabel(call);
  if (weighing(call) !== "balanced")
    return Float32Array.from(labels, (label) => (Object.hasOwn(given, label) ? given[label]! : 1));
  const have = new Float64Array(labels.length);
  truth.forEach((there, index) => (have[index % labels.length]! += there));
  const rows = truth.length / labels.length;
  return Float32Array.from(have, (positives) =>
    positives > 0 && positives < rows ? (rows - positives) / positives : 1,
  );
}
