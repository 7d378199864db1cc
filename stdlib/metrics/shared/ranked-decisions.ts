/** Decisions put in order by how likely they were said to be: once, however many draws of rows are then scored. */

/** The likeliest first: the row of each, whether it is true, and whether the next one stands level with it. */
export interface Ranked {
  readonly rows: Uint32Array;
  readonly truth: Uint8Array;
  readonly level: Uint8Array;
}

/** `rowOf`: rows of decisions 0 … `count` − 1. */
export function ranked(
  count: number,
  rowOf: (at: number) => number,
  trueAt: (at: number) => boolean,
  said: (at: number) => number,
): Ranked {
  const by = Float64Array.from({ length: count }, (_, at) => said(at));
  const order = Uint32Array.from(by, (_, at) => at).sort((a, b) => by[b]! - by[a]!);
  return {
    rows: order.map(rowOf),
    truth: Uint8Array.from(order, (at) => (trueAt(at) ? 1 : 0)),
    level: Uint8Array.from(order, (at, i) => (by[at] === by[order[i + 1]!] ? 1 : 0)),
  };
}

/** How often each of `n` rows was drawn. */
export function timesOf(drawn: Uint32Array, n: number): Uint32Array {
  const times = new Uint32Array(n);
  for (let i = 0; i < drawn.length; i++) times[drawn[i]!]!++;
  return times;
}
