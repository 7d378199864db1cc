/** Finds the updates that lie nearest to the others (Krum). */
import type { Arguments } from "#dsl/language/types/value.js";
import type { ClientUpdate } from "../kind.js";

/**
 * Returns the minimum number of clients: more than 2 · byzantine + 2 (the paper's bound), and at least `keep` +
 * `byzantine` + 2.
 */
export function minimumUpdatesForKrum({ byzantine, keep }: Arguments): number {
  const bad = Number(byzantine ?? 1);
  return Math.max(2 * bad + 3, Number(keep ?? 1) + bad + 2);
}

/**
 * Returns for each update the sum of squared distances to its `nearest` nearest neighbours. A NaN distance counts as
 * infinite.
 */
export function krumScores(updates: readonly ClientUpdate[], nearest: number): readonly number[] {
  const distances = updates.map(() => new Float64Array(updates.length));
  updates.forEach(({ delta: one }, i) => {
    for (let j = 0; j < i; j++) {
      const distance = squared(one, updates[j]!.delta);
      distances[i]![j] = distances[j]![i] = Number.isNaN(distance) ? Infinity : distance;
    }
  });
  return distances.map((row, i) => {
    const others = row.filter((_, j) => j !== i).sort();
    return others.slice(0, nearest).reduce((sum, distance) => sum + distance, 0);
  });
}

function squared(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index]! - other[index]!) ** 2;
  return sum;
}
