import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { meanWeightedByRows } from "./shared/mean.js";
import { krumScores, minimumUpdatesForKrum } from "./shared/nearest-updates.js";
import { word } from "./krum.js";

export const krum: AggregatorImplementation = {
  combine(call, updates) {
    const { byzantine, keep } = argumentsOf(word, call);
    const least = minimumUpdatesForKrum({ byzantine, keep });
    if (updates.length < least)
      throw new CodedError("too-few-updates", { aggregator: "krum", updates: updates.length, least });
    const scores = krumScores(updates, updates.length - byzantine - 2);
    const order = updates
      .map((_, k) => k)
      .sort((a, b) => scores[a]! - scores[b]! || earlier(updates[a]!.delta, updates[b]!.delta));
    return meanWeightedByRows(order.slice(0, keep).map((k) => updates[k]!));
  },
};

/** Breaks ties in the score by the first differing value, because the order in which updates arrived is arbitrary. */
function earlier(one: Float32Array, other: Float32Array): number {
  const index = one.findIndex((value, k) => value !== other[k]);
  return index < 0 ? 0 : one[index]! - other[index]!;
}
