/**
 * What rows count in the loss of a training: the data's role `weight`. The loss of a batch is the sum of what its rows lose
 * times their weights over the sum of the weights, as scikit-learn's `sample_weight` has it; scores count every row once.
 */
import { float32Array } from "./feeds.js";
import type { NDArray } from "#dsl/tensor/program.js";

/** The role. */
export const WEIGHT_ROLE = "weight";

/** Feed `each`: the weight of each row as often as it has labels in the batch. `places`: of each row how many; absent: one. */
export function exampleWeights(
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
  return float32Array(each, [length]);
}
