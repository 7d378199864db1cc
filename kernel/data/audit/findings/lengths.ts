/**
 * Finds texts far longer or shorter than the others: more than four standard deviations of the logarithm of their word
 * count. Mean and deviation are estimated by the median and the quartiles, which are robust to a few odd rows.
 */
import type { AuditFinding } from "#dsl/language/types/audit-facts.js";
import { countWords } from "#stdlib/cleaners/shared/lengths.js";
import { rowText } from "#stdlib/cleaners/shared/row-text.js";
import { GrowingArray } from "../../rows/growing.js";
import type { RowObserver, AuditedSplits } from "../rows.js";
import { exampleRow } from "./examples.js";

const DEVIATIONS = 4;
/** Minimum spread, for data where nearly all texts have the same length. */
const LEAST_SPREAD = 0.25;
/** Distance between the quartiles of a normal distribution, in standard deviations. */
const BETWEEN_QUARTILES = 1.349;
/** Minimum rows for an estimate of the lengths. */
const FEWEST = 50;
const SHOWN = 20;

export function lengthFindingsObserver(rows: AuditedSplits): RowObserver<readonly AuditFinding[]> {
  const words = new GrowingArray(Int32Array);
  return {
    look: ({ values }) => void words.push(countWords(rowText(values))),
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
        ...lengthFindingsOf(rows, counts, long, {
          what: "long",
          says: `far longer than the others (half have ${String(median)} words or fewer, these more than ${String(most)})`,
          mend: `\`drop_long(${String(most)})\` in \`clean\` drops them; a model reads their first \`max_length\` tokens`,
        }),
        ...lengthFindingsOf(rows, counts, short, {
          what: "short",
          says: `far shorter than the others (half have ${String(median)} words or more, these fewer than ${String(fewest)})`,
          mend: `\`drop_short(${String(fewest)})\` in \`clean\` drops them`,
        }),
      ];
    },
  };
}

/** Returns row numbers, the most extreme first. */
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

function lengthFindingsOf(
  rows: AuditedSplits,
  counts: Int32Array,
  found: readonly number[],
  words: Pick<AuditFinding, "what" | "says" | "mend">,
): readonly AuditFinding[] {
  if (found.length === 0) return [];
  const examples = found.slice(0, SHOWN).map((number) => {
    const { split, index } = placeOf(rows, number);
    const row = rows.rowAt(split, index);
    return exampleRow(row, split, `${String(counts[number]!)} words: ${rowText(row.values)}`);
  });
  return [{ ...words, rows: found.length, of: counts.length, examples }];
}

/** `number` counts rows over all splits. Returns the row's split and its index in it. */
function placeOf(rows: AuditedSplits, number: number): { readonly split: string; readonly index: number } {
  let index = number;
  for (const split of rows.names) {
    if (index < rows.rows(split)) return { split, index };
    index -= rows.rows(split);
  }
  return { split: rows.names.at(-1) ?? "all", index };
}
