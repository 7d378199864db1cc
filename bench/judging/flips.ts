/** Label flipping: replaces a share of the labels with other ones. */
import { seededRandom, drawBelow, shuffle } from "#stdlib/statistics/chance.js";

/** `turned`: indices of the flipped rows, from 0. */
export function flipped(
  own: Int32Array,
  count: number,
  share: number,
  seed: number,
): { readonly labels: Int32Array; readonly turned: ReadonlySet<number> } {
  const generator = seededRandom(seed, own.length);
  const rows = shuffle(
    Array.from(own, (_, i) => i),
    generator,
  ).slice(0, Math.round(share * own.length));
  const labels = own.slice();
  for (const row of rows) labels[row] = (own[row]! + 1 + drawBelow(generator, count - 1)) % count;
  return { labels, turned: new Set(rows) };
}
