/** Combines client updates coordinate by coordinate. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClientUpdate } from "../kind.js";

/**
 * Calls `combine` for each coordinate with the values of all updates in ascending order; NaN comes last, like the
 * largest values. The argument is one array that is refilled for each call. Coded error `too-few-updates`.
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
