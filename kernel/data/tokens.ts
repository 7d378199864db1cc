/** Token ids of a split's rows, whole, as the tokenizer gives them; made once per table and tokenizer and cut when used. */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/plan/facts.js";
import type { TokenizerImplementation } from "#stdlib/kinds.js";

type Made = Map<string, Promise<readonly Int32Array[]>>;
const kept = new WeakMap<ColumnTable, WeakMap<TokenizerImplementation, Made>>();

/** Which texts, and what stands before each of them. */
export interface Which {
  /** Absent: `text`. */
  readonly role?: string;
  readonly prefix?: string;
}
/** The role whose texts a model reads; null where the data has none. */
export function readRole(columns: Readonly<Record<string, unknown>>): string | null {
  return ["text", "input"].find((role) => columns[role] !== undefined) ?? null;
}

/** Specials included, not cut: `tokenizer.cut(ids, maxLength)` makes of each row what `encode` with that limit gives. */
export function tokensOf(
  table: ColumnTable,
  tokenizer: TokenizerImplementation,
  { role = "text", prefix = "" }: Which = {},
): Promise<readonly Int32Array[]> {
  const tables = kept.get(table) ?? new WeakMap<TokenizerImplementation, Made>();
  kept.set(table, tables);
  const own: Made = tables.get(tokenizer) ?? new Map();
  tables.set(tokenizer, own);
  const key = JSON.stringify([role, prefix]);
  const known = own.get(key);
  if (known) return known;
  const texts = Array.from(table.array(role) as ArrayLike<string>, (text) => prefix + text);
  const made = tokenizer.encode(texts, Number.POSITIVE_INFINITY);
  own.set(key, made);
  made.catch(() => own.delete(key));
  return made;
}

/** Most bins of a histogram of lengths. */
const mostBins = 48;

/** Width of the bins that lengths up to `longest` are counted in; one for all splits, so that their counts can be added. */
export function binWidth(longest: number): number {
  const round = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100].find((width) => longest / width < mostBins);
  return round ?? Math.ceil((longest + 1) / mostBins);
}

export function longestOf(ids: readonly Int32Array[]): number {
  return ids.reduce((longest, { length }) => Math.max(longest, length), 0);
}

export function histogram(ids: readonly Int32Array[], step: number): NonNullable<SplitFacts["lengths"]> {
  return histogramOf(
    Int32Array.from(ids, ({ length }) => length),
    step,
  );
}

export function histogramOf(lengths: Int32Array, step: number): NonNullable<SplitFacts["lengths"]> {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const counts = new Array<number>(Math.floor(longest / step) + 1).fill(0);
  for (const length of lengths) counts[Math.floor(length / step)]!++;
  return { step, counts, total: lengths.reduce((a, b) => a + b, 0), longest };
}
