/** Loss weight per label: `class_weight` of single-label tasks. Scores weight every row equally. */
import { defineParameter } from "#dsl/language/types/define.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call } from "#dsl/language/types/value.js";
import type {} from "#dsl/language/types/codes/value-codes.js";

export const classWeightParameter = defineParameter({
  name: "class_weight",
  type: {
    is: "either",
    of: [
      { is: "choice", of: ["balanced"] },
      { is: "record", of: { is: "number" }, example: "{ billing: 2, other: 0.5 }" },
    ],
  },
  doc: "Weight of a row in the loss, by its label: `balanced`, rows / (labels · rows of the label), so that all labels weigh the same, or a number for each label (1 by default). The mean of a batch is over the weights of its rows. Scores are not weighted.",
  means: { balanced: "all labels weigh the same, however few their rows are" },
  why: "If one label has most rows, a model does well by always predicting it; by default every row counts once.",
  impact: "high",
});

type Weighing = { readonly record: Readonly<Record<string, number>> } | "balanced" | undefined;
const weighing = (call: Call): Weighing => call.arguments["class_weight"] as Weighing;

export const hasClassWeights = (call: Call): boolean => weighing(call) !== undefined;

/** Returns the weights that are given by label name. */
export function classWeightsByLabel(call: Call): Readonly<Record<string, number>> {
  const given = weighing(call);
  return given === undefined || given === "balanced" ? {} : given.record;
}
/** Reports `out-of-range` for a weight that isn't above 0. */
export function checkPositiveWeights(
  argument: string,
  given: Readonly<Record<string, number>>,
  context: Pick<WordCheckContext, "report">,
): void {
  for (const [label, weight] of Object.entries(given))
    if (!(weight > 0))
      context.report("out-of-range", { key: label, found: String(weight), range: "above 0" }, argument);
}
/** Returns the argument's text if weights follow from the label frequencies, else null. */
export const balancedClassWeightText = (call: Call): string | null =>
  weighing(call) === "balanced" ? "class_weight: balanced" : null;
export const labelsWithClassWeights = (call: Call): readonly string[] => Object.keys(classWeightsByLabel(call));

/** Returns weights by label number. `truth`: labels of the training rows; a label without such rows has weight 1. */
export function classWeights(call: Call, labels: readonly string[], truth: Int32Array): Float32Array {
  const counts = new Float64Array(labels.length);
  for (const label of truth) counts[label]! += 1;
  return classWeightsOfCounts(call, labels, counts);
}
/** Computes the same from the count of each label. */
export function classWeightsOfCounts(call: Call, labels: readonly string[], counts: Float64Array): Float32Array {
  if (weighing(call) !== "balanced") {
    const given = classWeightsByLabel(call);
    return Float32Array.from(labels, (label) => (Object.hasOwn(given, label) ? given[label]! : 1));
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  const there = counts.reduce((sum, count) => sum + Number(count > 0), 0);
  return Float32Array.from(counts, (count) => (count > 0 ? all / (there * count) : 1));
}
