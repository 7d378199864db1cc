/** What becomes of updates place by place, each place for itself. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClientUpdate } from "../kind.js";

/**
 * `of` is told the values of all updates at a place, ascending; what is no number stands last, as the largest do. Its argument
 * is one array that is filled anew. Coded error `too-few-updates`.
 */
export function combineByCoordinate(
  updates: readonly ClientUpdate[],
  options: { readonly aggregator: string; readonly least: number },
  combine: (sorted: Float64Array) => number,
): Float64Array {
  if (updates.length < options.least) throw new CodedError("too-few-updates", { ...options, updates: updates.length });
  const length = updates[0]?.delta.length ?? 0;
  const [one, values] = [new Float64Array(length), new Float64Array(updates.length)];
  for (let index = 0; index < length; index++) {
    updates.forEach(({ delta }, k) => (values[k] = delta[index]!));
    one[index] = combine(values.sort());
  }
  return one;
}
