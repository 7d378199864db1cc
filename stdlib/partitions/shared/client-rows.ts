/** Rows that are dealt to clients. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClientPart } from "../kind.js";
import { seededRandom, shuffle, type RandomSource } from "../../statistics/chance.js";

/** Draws of shares that are tried: enough for any that is likely at all. */
const DRAWS = 2_000_000;

/** A generator for each purpose of a partition. */
export const partitionChance = (seed: number, purpose: number): RandomSource => seededRandom(seed, 0x0fed, purpose);

/** All rows, in an order that the seed gives. */
export const shuffledRows = (rows: number, seed: number): Uint32Array =>
  shuffle(
    Uint32Array.from({ length: rows }, (_, row) => row),
    partitionChance(seed, 0),
  );

/** Clients that are called 1, 2 and so on, each with its rows in the split's order. */
export const numberedClients = (clients: readonly Uint32Array[]): readonly ClientPart[] =>
  clients.map((rows, k) => ({ name: String(k + 1), rows: rows.slice().sort() }));

/** Rows by value, values in an order of their own, so that it is no matter which row comes first. */
export function rowsByValue(values: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const rowsOfValue = new Map<string, number[]>();
  values.forEach((value, row) => {
    const valueRows = rowsOfValue.get(value);
    if (valueRows) valueRows.push(row);
    else rowsOfValue.set(value, [row]);
  });
  return new Map([...rowsOfValue].sort(([a], [b]) => compareNumbersFirst(a, b)));
}
/** Numbers by size, before texts. */
export function compareNumbersFirst(a: string, b: string): number {
  const [one, other] = [Number(a === "" ? Number.NaN : a), Number(b === "" ? Number.NaN : b)];
  if (!Number.isNaN(one) && !Number.isNaN(other) && one !== other) return one - other;
  if (Number.isNaN(one) !== Number.isNaN(other)) return Number.isNaN(one) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Everybody's first part, everybody's second and so on: `counts[k]` of the rows are client k's. */
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

/** Numbers of rows as `draw` gives them, drawn again until each client has `least`. Coded error `empty-client`. */
export function drawClientCounts(
  options: {
    readonly partition: string;
    readonly rows: number;
    readonly clients: number;
    readonly least: number;
    readonly alpha: number;
    /** How many are drawn at once: values. */
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
