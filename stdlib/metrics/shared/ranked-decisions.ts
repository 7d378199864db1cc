/** Ranks decisions by their predicted probability; sorted once for any number of draws. */

/** Decisions, likeliest first: the row of each, whether it is true, and whether it is tied with the next one. */
export interface RankedDecisions {
  readonly rows: Uint32Array;
  readonly truth: Uint8Array;
  readonly level: Uint8Array;
}

/** Ranks decisions 0 … `count` − 1; `rowOf` returns the row of a decision. */
export function rankDecisions(
  count: number,
  rowOf: (index: number) => number,
  trueAt: (index: number) => boolean,
  scoreAt: (index: number) => number,
): RankedDecisions {
  const by = Float64Array.from({ length: count }, (_, index) => scoreAt(index));
  const order = Uint32Array.from(by, (_, index) => index).sort((a, b) => by[b]! - by[a]!);
  return {
    rows: order.map(rowOf),
    truth: Uint8Array.from(order, (index) => (trueAt(index) ? 1 : 0)),
    level: Uint8Array.from(order, (index, i) => (by[index] === by[order[i + 1]!] ? 1 : 0)),
  };
}

/** Returns how often each of `n` rows was drawn. */
export function countDraws(drawn: Uint32Array, n: number): Uint32Array {
  const times = new Uint32Array(n);
  for (let i = 0; i < drawn.length; i++) times[drawn[i]!]!++;
  return times;
}
