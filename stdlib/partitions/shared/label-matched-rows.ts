/**
 * Distributes rows of another split like the training rows. For each value (a label), a client gets the share that it
 * has of the training rows, to less than a row. For values without training rows, it gets its share of all rows.
 */
import { shuffle } from "../../statistics/chance.js";
import { rowsByValue, partitionRandomSource } from "./client-rows.js";

const ONE = "";

/**
 * `parts`: the training rows of each client; `values`: their values, and `others`: the values of the rows to
 * distribute; null treats all rows as alike.
 * @returns the rows of each client, ascending
 */
export function dealRowsLikeTraining(
  parts: readonly ArrayLike<number>[],
  options: {
    readonly values: readonly string[] | null;
    readonly rows: number;
    readonly others: readonly string[] | null;
    readonly seed: number;
  },
): readonly Uint32Array[] {
  const sizes = parts.map(({ length }) => length);
  const counts = countsBy(parts, options.values);
  const order = partitionRandomSource(options.seed, 3);
  const dealt = parts.map((): number[] => []);
  // Rounding remainders carry over to the next value, so that rare values do not all go to the last client.
  const owed = parts.map(() => 0);
  for (const [value, rows] of rowsByValue(options.others ?? Array.from({ length: options.rows }, () => ONE))) {
    const shares = counts.get(value) ?? sizes;
    const all = shares.reduce((sum, one) => sum + one, 0);
    for (const [k, share] of shares.entries()) owed[k]! += (share / all) * rows.length;
    for (const row of shuffle(Uint32Array.from(rows), order)) {
      const k = mostOwed(owed, shares);
      owed[k]! -= 1;
      dealt[k]!.push(row);
    }
  }
  return dealt.map((rows) => Uint32Array.from(rows).sort());
}

/** Returns the client with the greatest remainder, among those with a share. */
function mostOwed(owed: readonly number[], shares: readonly number[]): number {
  let most = -1;
  for (const [k, one] of owed.entries()) if ((shares[k] ?? 0) > 0 && (most < 0 || one > (owed[most] ?? 0))) most = k;
  return most;
}

/** Returns the number of rows of each client per value. */
function countsBy(
  parts: readonly ArrayLike<number>[],
  values: readonly string[] | null,
): ReadonlyMap<string, readonly number[]> {
  const counts = new Map<string, number[]>();
  for (const [k, rows] of parts.entries())
    for (const row of Array.from(rows)) {
      const value = values?.[row] ?? ONE;
      const valueCounts = counts.get(value) ?? parts.map(() => 0);
      valueCounts[k]! += 1;
      counts.set(value, valueCounts);
    }
  return counts;
}
