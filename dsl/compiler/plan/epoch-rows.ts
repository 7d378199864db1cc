/** Rows and tokens of an epoch from a split's length histogram. Row formats choose between truncation and windows. */
import type { EpochRows, SplitRows } from "../../language/types/capabilities/row-format.js";
import type { SplitFacts } from "../../language/types/facts.js";

type Lengths = NonNullable<SplitFacts["lengths"]>;

/** Assumed tokens of a text whose length is unknown. */
export const DEFAULT_TEXT_TOKENS = 64;

/** Counts rows truncated at `max` tokens; in text pairs, each text is truncated. */
export function countTruncatedEpochRows(part: SplitRows, max: number): EpochRows {
  const lengths = part.split?.lengths;
  if (!lengths) return unknownLengths(part, max);
  if (part.split.targets) return countPairs(part, { inputs: lengths, targets: part.split.targets }, max);
  const share = shareOf(part);
  return {
    rows: Math.round(share * sumOver(lengths, () => 1)),
    tokens: Math.round(share * cutTokens(lengths, max)),
    longest: Math.min(lengths.longest, max),
  };
}

/**
 * Counts rows if texts longer than `max` become several rows, without losing tokens; packed rows are filled up to
 * `max`.
 */
export function countWindowedEpochRows(part: SplitRows, max: number, packing: boolean): EpochRows {
  const { split, rows } = part;
  const lengths = split?.lengths;
  if (!lengths) return unknownLengths(part, max);
  if (split.targets) return countPairs(part, { inputs: lengths, targets: split.targets }, max);
  const share = shareOf(part);
  const tokens = Math.round(share * lengths.total);
  if (packing) return { rows, tokens, longest: max };
  const fits = lengths.longest <= max;
  const windows = fits ? split.rows : sumOver(lengths, (n) => Math.max(1, Math.ceil(n / max)));
  return { rows: Math.round(share * windows), tokens, longest: Math.min(lengths.longest, max) };
}

function unknownLengths({ rows }: SplitRows, max: number): EpochRows {
  const length = Math.min(DEFAULT_TEXT_TOKENS, max);
  return { rows, tokens: rows * length, longest: length };
}

function countPairs(
  part: SplitRows,
  { inputs, targets }: { readonly inputs: Lengths; readonly targets: Lengths },
  max: number,
): EpochRows {
  const share = shareOf(part);
  const [read, written] = [share * cutTokens(inputs, max), share * cutTokens(targets, max)];
  const longest = Math.min(inputs.longest, max) + Math.min(targets.longest, max);
  return {
    rows: part.rows,
    tokens: Math.round(read + written),
    longest,
    written: written / Math.max(1, read + written),
  };
}

function shareOf({ split, rows }: SplitRows): number {
  return split && split.rows > 0 ? rows / split.rows : 1;
}

/** Sums a function of the length over all texts, taking the middle of each histogram bin. */
function sumOver({ step, counts }: Lengths, term: (length: number) => number): number {
  return counts.reduce((total, count, i) => total + count * term((i + 0.5) * step), 0);
}

/** Returns the tokens left when every text is truncated at `max`. */
function cutTokens({ step, counts, total, longest }: Lengths, max: number): number {
  if (longest <= max) return total;
  return Math.max(0, total - counts.reduce((lost, count, i) => lost + count * Math.max(0, (i + 0.5) * step - max), 0));
}
