import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { meanByRows } from "./shared/mean.js";
import { apart, leastOf } from "./shared/nearest-updates.js";
import { word } from "./krum.js";

export const krum: AggregatorImplementation = {
  combine(call, updates) {
    const { byzantine, keep } = argumentsOf(word, call);
    const least = leastOf({ byzantine, keep });
    if (updates.length < least)
      throw new CodedError("too-few-updates", { aggregator: "krum", updates: updates.length, least });
    const scores = apart(updates, updates.length - byzantine - 2);
    const order = updates
      .map((_, k) => k)
      .sort((a, b) => scores[a]! - scores[b]! || earlier(updates[a]!.delta, updates[b]!.delta));
    return meanByRows(order.slice(0, keep).map((k) => updates[k]!));
  },
};

/** Where two are as near as each other, the order in which they came says nothing. */
function earlier(one: Float32Array, other: Float32Array): number {
  const at = one.findIndex((value, k) => value !== other[k]);
  return at < 0 ? 0 : one[at]! - other[at]!;
}
