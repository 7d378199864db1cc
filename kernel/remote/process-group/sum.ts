/**
 * Sums and means of vectors over the ranks of a gang, the same bits whoever computes them: always in the order of the ranks,
 * in 32 bits as the gradients themselves.
 */

/** `to` from `from` to `until` becomes the sum of itself and the others, one after the other. */
export function addInOrder(to: Float32Array, others: readonly Float32Array[], from: number, until: number): void {
  for (const other of others) for (let i = from; i < until; i++) to[i] = to[i]! + other[i]!;
}

/**
 * The mean of vectors by their weights, in place of the first: what averaging of weights comes to, be it of ranks or of
 * clients that learnt apart. `weights`: what each vector learnt (rows or tokens that count); where all are 0 they count alike.
 */
export function averageInto(
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
