/**
 * Rows of another split, given to clients as those that train were: of each value (a label) every client has the share that it has
 * of the rows that train, to less than a row, and of values that nobody trains on its share of all.
 */
import { shuffle } from "../../statistics/chance.js";
import { rowsByValue, partitionChance } from "./client-rows.js";

const ONE = "";

/**
 * `parts`: of each client the rows that train; `values` of these, and of the rows that are dealt; null: all are alike.
 * @returns of each client the rows that it has of the others, in their order
 */
export function dealRowsByLabel(
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
  const order = partitionChance(options.seed, 3);
  const dealt = parts.map((): number[] => []);
  // What one value's cut leaves over is the next one's: small values are not all the last client's.
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

/** Of clients that have a share the one that most is owed to. */
function mostOwed(owed: readonly number[], shares: readonly number[]): number {
  let most = -1;
  for (const [k, one] of owed.entries()) if ((shares[k] ?? 0) > 0 && (most < 0 || one > (owed[most] ?? 0))) most = k;
  return most;
}

/** Of each value how many rows each client has. */
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
