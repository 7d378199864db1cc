/**
 * Sums and means of vectors over the ranks of a process group. Bit-identical on every machine: always in rank order,
 * and in 32 bits like the gradients themselves.
 */

/** Adds the other vectors to `to` from `from` to `until`, one after the other. */
export function addVectorsInOrder(
  to: Float32Array,
  others: readonly Float32Array[],
  from: number,
  until: number,
): void {
  for (const other of others) for (let i = from; i < until; i++) to[i] = to[i]! + other[i]!;
}

/**
 * Replaces the first vector by the weighted mean of all. Used for weight averaging over ranks and for federated
 * clients. `weights`: number of rows or tokens per vector; if all are 0, they count equally.
 */
export function weightedMeanInto(
  to: Float32Array,
  others: readonly Float32Array[],
  weights: readonly number[],
  from = 0,
  until = to.length,
): void {
  const shares = normalizedWeights(weights);
  const ownShare = shares[0]!;
  for (let i = from; i < until; i++) {
    let sum = ownShare * to[i]!;
    for (let k = 0; k < others.length; k++) sum += shares[k + 1]! * others[k]![i]!;
    to[i] = sum;
  }
}

export function normalizedWeights(weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (all > 0 ? weight / all : 1 / weights.length));
}
