/**
 * Loss weights of training rows: the data's role `weight`. The loss of a batch is the weighted sum of its rows' losses
 * over the sum of weights, like scikit-learn's `sample_weight`. Scores weight every row equally.
 */
import { float32NDArray } from "./feeds.js";
import type { NDArray } from "#dsl/tensor/program.js";

export const WEIGHT_ROLE = "weight";

/**
 * Returns the input `each`: the weight of each row, repeated for each of its labels in the batch. `places`: number of
 * labels per row, 1 by default.
 */
export function rowWeightInput(
  weights: ArrayLike<number>,
  rows: ArrayLike<number>,
  length: number,
  places?: (row: number) => number,
): NDArray {
  const each = new Float32Array(length);
  let offset = 0;
  for (const row of Array.from(rows)) {
    const repeats = places?.(row) ?? 1;
    each.fill(weights[row]!, offset, offset + repeats);
    offset += repeats;
  }
  return float32NDArray(each, [length]);
}
