/** Distributes rows to clients. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClientPart } from "../kind.js";
import { seededRandom, shuffle, type RandomSource } from "../../statistics/chance.js";

/** Budget for repeated draws of shares: enough for any outcome that is at all likely. */
const DRAWS = 2_000_000;

/** Returns a random source per purpose of a partition. */
export const partitionRandomSource = (seed: number, purpose: number): RandomSource =>
  seededRandom(seed, 0x0fed, purpose);

/** Returns all rows in an order determined by the seed. */
export const shuffledRows = (rows: number, seed: number): Uint32Array =>
  shuffle(
    Uint32Array.from({ length: rows }, (_, row) => row),
    partitionRandomSource(seed, 0),
  );

/** Returns clients named 1, 2 and so on, with their rows in the split's order. */
export const numberedClients = (clients: readonly Uint32Array[]): readonly ClientPart[] =>
  clients.map((rows, k) => ({ name: String(k + 1), rows: rows.slice().sort() }));

/** Groups rows by value. Values are sorted, so that the result does not depend on the order of rows. */
export function rowsByValue(values: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const rowsOfValue = new Map<string, number[]>();
  values.forEach((value, row) => {
    const valueRows = rowsOfValue.get(value);
    if (valueRows) valueRows.push(row);
    else rowsOfValue.set(value, [row]);
  });
  return new Map([...rowsOfValue].sort(([a], [b]) => compareNumbersFirst(a, b)));
}
/** Compares numbers numerically, and puts them before texts. */
export function compareNumbersFirst(a: string, b: string): number {
  const [one, other] = [Number(a === "" ? Number.NaN : a), Number(b === "" ? Number.NaN : b)];
  if (!Number.isNaN(one) && !Number.isNaN(other) && one !== other) return one - other;
  if (Number.isNaN(one) !== Number.isNaN(other)) return Number.isNaN(one) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Splits rows into consecutive parts: client k gets `counts[k]` rows. */
export function splitByCounts(rows: ArrayLike<number>, counts: readonly number[]): readonly Uint32Array[] {
  const all = Uint32Array.from(rows);
  let start = 0;
  return counts.map((count) => all.subarray(start, (start += count)));
}
export function joinClientParts(parts: readonly (readonly Uint32Array[])[], clients: number): readonly Uint32Array[] {
  return Array.from({ length: clients }, (_, k) =>
    Uint32Array.from(parts.flatMap((clientParts) => Array.from(clientParts[k] ?? []))),
  );
}

/** Calls `draw` until each client has at least `least` rows. Coded error `empty-client`. */
export function drawClientCounts(
  options: {
    readonly partition: string;
    readonly rows: number;
    readonly clients: number;
    readonly least: number;
    readonly alpha: number;
    /** Number of values to draw shares for at once. */
    readonly groups: number;
  },
  draw: () => readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const { partition, rows, clients, least, alpha } = options;
  if (rows < clients * least) throw new CodedError("empty-client", { partition, rows, clients, least });
  const tries = Math.max(20, Math.min(10_000, Math.floor(DRAWS / (clients * Math.max(1, options.groups)))));
  for (let tried = 0; tried < tries; tried++) {
    const counts = draw();
    const sizes = Array.from({ length: clients }, (_, k) =>
      counts.reduce((sum, groupCounts) => sum + (groupCounts[k] ?? 0), 0),
    );
    if (sizes.every((size) => size >= least)) return counts;
  }
  throw new CodedError("empty-client", { partition, rows, clients, least, alpha });
}
