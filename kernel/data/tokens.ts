/** Token ids of a split's rows, whole, as the tokenizer gives them; made once per table and tokenizer and cut when used. */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/plan/facts.js";
import type { TokenizerImplementation } from "#stdlib/kinds.js";

const kept = new WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<readonly Int32Array[]>>>();

/** Specials included, not cut: `tokenizer.cut(ids, maxLength)` makes of each row what `encode` with that limit gives. */
export function tokensOf(table: ColumnTable, tokenizer: TokenizerImplementation): Promise<readonly Int32Array[]> {
  let own = kept.get(table);
  if (!own) kept.set(table, (own = new Map()));
  const known = own.get(tokenizer);
  if (known) return known;
  const made = tokenizer.encode(Array.from(table.array("text") as ArrayLike<string>), Number.POSITIVE_INFINITY);
  own.set(tokenizer, made);
  made.catch(() => own.delete(tokenizer));
  return made;
}

/** Most bins of a histogram of lengths. */
const mostBins = 48;

/** Width of the bins that lengths up to `longest` are counted in; one for all splits, so that their counts can be added. */
export function binWidth(longest: number): number {
  const round = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100].find((width) => longest / width < mostBins);
  return round ?? Math.ceil((longest + 1) / mostBins);
}

export function greatest(lengths: Int32Array): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

export function histogramOf(lengths: Int32Array, step: number): NonNullable<SplitFacts["lengths"]> {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const counts = new Array<number>(Math.floor(longest / step) + 1).fill(0);
  for (const length of lengths) counts[Math.floor(length / step)]!++;
  return { step, counts, total: lengths.reduce((a, b) => a + b, 0), longest };
}
