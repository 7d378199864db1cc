/**
 * Texts far longer or shorter than the others: beyond four standard deviations of the logarithm of their words, both told by
 * the median and the quartiles, which a few odd rows don't move.
 */
import type { Finding } from "#dsl/language/types/audit-facts.js";
import { wordsIn } from "#stdlib/cleaners/shared/lengths.js";
import { readOf } from "#stdlib/cleaners/shared/row-text.js";
import { Growing } from "../../rows/growing.js";
import type { Observer, SplitRows } from "../rows.js";
import { foundRow } from "./examples.js";

const DEVIATIONS = 4;
/** Where nearly all texts are of one length. */
const LEAST_SPREAD = 0.25;
/** Standard deviations between the quartiles of a normal distribution. */
const BETWEEN_QUARTILES = 1.349;
/** Rows from which on their lengths are known. */
const FEWEST = 50;
const SHOWN = 20;

export function lengths(rows: SplitRows): Observer<readonly Finding[]> {
  const words = new Growing(Int32Array);
  return {
    look: ({ values }) => void words.push(wordsIn(readOf(values))),
    found() {
      const counts = words.values().subarray(0, words.length);
      if (counts.length < FEWEST) return [];
      const sorted = counts.slice().sort();
      const log = (share: number): number => Math.log1p(sorted[Math.floor(share * (sorted.length - 1))]!);
      const spread = Math.max((log(0.75) - log(0.25)) / BETWEEN_QUARTILES, LEAST_SPREAD);
      const most = Math.floor(Math.expm1(log(0.5) + DEVIATIONS * spread));
      const fewest = Math.ceil(Math.expm1(log(0.5) - DEVIATIONS * spread));
      const [long, short] = [above(counts, most), below(counts, fewest)];
      const median = sorted[Math.floor(sorted.length / 2)]!;
      return [
        ...told(rows, counts, long, {
          what: "long",
          says: `far longer than the others (half have ${String(median)} words or fewer, these more than ${String(most)})`,
          mend: `\`drop_long(${String(most)})\` in \`clean\` drops them; a model reads their first \`max_length\` tokens`,
        }),
        ...told(rows, counts, short, {
          what: "short",
          says: `far shorter than the others (half have ${String(median)} words or more, these fewer than ${String(fewest)})`,
          mend: `\`drop_short(${String(fewest)})\` in \`clean\` drops them`,
        }),
      ];
    },
  };
}

/** Numbers of the rows, those furthest out first. */
function above(counts: Int32Array, most: number): readonly number[] {
  return outside(counts, (count) => count > most).sort((a, b) => counts[b]! - counts[a]! || a - b);
}
function below(counts: Int32Array, fewest: number): readonly number[] {
  return outside(counts, (count) => count < fewest).sort((a, b) => counts[a]! - counts[b]! || a - b);
}
function outside(counts: Int32Array, is: (count: number) => boolean): number[] {
  const found: number[] = [];
  counts.forEach((count, row) => {
    if (is(count)) found.push(row);
  });
  return found;
}

function told(
  rows: SplitRows,
  counts: Int32Array,
  found: readonly number[],
  words: Pick<Finding, "what" | "says" | "mend">,
): readonly Finding[] {
  if (found.length === 0) return [];
  const examples = found.slice(0, SHOWN).map((number) => {
    const { split, at } = placeOf(rows, number);
    const row = rows.at(split, at);
    return foundRow(row, split, `${String(counts[number]!)} words: ${readOf(row.values)}`);
  });
  return [{ ...words, rows: found.length, of: counts.length, examples }];
}

/** Of a row counted over all splits: its split, and its place there. */
function placeOf(rows: SplitRows, number: number): { readonly split: string; readonly at: number } {
  let at = number;
  for (const split of rows.names) {
    if (at < rows.rows(split)) return { split, at };
    at -= rows.rows(split);
  }
  return { split: rows.names.at(-1) ?? "all", at };
}
