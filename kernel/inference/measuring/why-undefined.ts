/** Explains why a metric is undefined, from the outcomes that it was computed on. */
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";

const sorts = [
  ...["compute", "ofTokens", "ofNumbers", "ofLabelSets", "ofTags", "ofAnswers"],
  ...["ofWritten", "ofPairs", "ofRankings", "ofLoss"],
] as readonly (keyof MetricImplementation)[];

/** `measure` calls the given metric with the outcomes. Returns null if there is no known reason. */
export function whyUndefined(
  metric: MetricImplementation,
  call: Call,
  measure: (metric: MetricImplementation, call: Call) => number,
): string | null {
  let why: string | null = null;
  const reasons = (metric.why ?? {}) as Readonly<Record<string, (call: Call, input: unknown) => string | null>>;
  const asking = sorts
    .filter((sort) => metric[sort] !== undefined)
    .map((sort) => [
      sort,
      (_call: Call, input: unknown) => {
        why = ofAny(input) ?? reasons[sort]?.(call, input) ?? null;
        return Number.NaN;
      },
    ]);
  measure(Object.fromEntries(asking) as MetricImplementation, call);
  return why;
}

/** Reasons that apply to any metric. */
function ofAny(input: unknown): string | null {
  const strange = "what the model says is no number";
  if (typeof input === "number") return Number.isNaN(input) ? strange : null;
  const { truth, same, targets, searches, gold, predicted, similarity, loss } = input as Readonly<
    Record<string, ArrayLike<unknown> | number | undefined>
  >;
  // Reads only a plain value: for answers from a file without probabilities, the getter throws.
  const probabilities = Object.getOwnPropertyDescriptor(input, "probabilities")?.value as unknown;
  for (const asked of [truth, same, targets, searches, gold])
    if (typeof asked === "object" && asked.length === 0) return "there are no rows";
  if (
    ArrayBuffer.isView(predicted) &&
    ArrayBuffer.isView(probabilities) &&
    Number.isNaN((probabilities as Float32Array)[0])
  )
    return "its answers name labels, and don't say how likely they are";
  for (const output of [predicted, probabilities, similarity, loss])
    if (Number.isNaN(output) || (ArrayBuffer.isView(output) && (output as Float64Array).some(Number.isNaN)))
      return strange;
  return null;
}
