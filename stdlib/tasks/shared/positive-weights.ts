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
  doc: "What it counts in the loss that a row has a label, where it counts 1 that it has it not: `balanced`, rows without the label / rows with it, or a number for each label (1 where none is given). As PyTorch's `pos_weight`; scores are not weighed.",
  means: { balanced: "having a label counts in all as much as not" },
  why: "Most labels are missing from most rows, and a model does well by never giving them; left out, both count once.",
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
