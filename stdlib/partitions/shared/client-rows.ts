/** Rows that are dealt to clients. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Parted } from "../kind.js";
import { chance, shuffle, type Chance } from "../../statistics/chance.js";

/** Draws of shares that are tried: enough for any that is likely at all. */
const DRAWS = 2_000_000;

/** A generator for each purpose of a partition. */
export const chanceOf = (seed: number, purpose: number): Chance => chance(seed, 0x0fed, purpose);

/** All rows, in an order that the seed gives. */
export const shuffled = (rows: number, seed: number): Uint32Array =>
  shuffle(
    Uint32Array.from({ length: rows }, (_, row) => row),
    chanceOf(seed, 0),
  );

/** Clients that are called 1, 2 and so on, each with its rows in the split's order. */
export const numbered = (clients: readonly Uint32Array[]): readonly Parted[] =>
  clients.map((rows, k) => ({ name: String(k + 1), rows: rows.slice().sort() }));

/** Rows by value, values in an order of their own, so that it is no matter which row comes first. */
export function byValue(values: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const of = new Map<string, number[]>();
  values.forEach((value, row) => {
    const own = of.get(value);
    if (own) own.push(row);
    else of.set(value, [row]);
  });
  return new Map([...of].sort(([a], [b]) => inOrder(a, b)));
}
/** Numbers by size, before texts. */
export function inOrder(a: string, b: string): number {
  const [one, other] = [Number(a === "" ? Number.NaN : a), Number(b === "" ? Number.NaN : b)];
  if (!Number.isNaN(one) && !Number.isNaN(other) && one !== other) return one - other;
  if (Number.isNaN(one) !== Number.isNaN(other)) return Number.isNaN(one) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Everybody's first part, everybody's second and so on: `counts[k]` of the rows are client k's. */
export function cut(rows: ArrayLike<number>, counts: readonly number[]): readonly Uint32Array[] {
  const all = Uint32Array.from(rows);
  let at = 0;
  return counts.map((count) => all.subarray(at, (at += count)));
}
export function joined(parts: readonly (readonly Uint32Array[])[], clients: number): readonly Uint32Array[] {
  return Array.from({ length: clients }, (_, k) => Uint32Array.from(parts.flatMap((of) => Array.from(of[k] ?? []))));
}

/** Numbers of rows as `draw` gives them, drawn again until each client has `least`. Coded error `empty-client`. */
export function counted(
  o: {
    readonly partition: string;
    readonly rows: number;
    readonly clients: number;
    readonly least: number;
    readonly alpha: number;
    /** How many are drawn at once: values. */
    readonly of: number;
  },
  draw: () => readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const { partition, rows, clients, least, alpha } = o;
  if (rows < clients * least) throw new CodedError("empty-client", { partition, rows, clients, least });
  const tries = Math.max(20, Math.min(10_000, Math.floor(DRAWS / (clients * Math.max(1, o.of)))));
  for (let tried = 0; tried < tries; tried++) {
    const counts = draw();
    const sizes = Array.from({ length: clients }, (_, k) => counts.reduce((sum, own) => sum + (own[k] ?? 0), 0));
    if (sizes.every((size) => size >= least)) return counts;
  }
  throw new CodedError("empty-client", { partition, rows, clients, least, alpha });
}
