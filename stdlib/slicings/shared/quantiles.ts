/**
 * Slices numbers into groups of about equal size; boundaries are the gaps between different values nearest to equal
 * parts. Equal numbers stay together, so there may be fewer slices than requested. Each is named by its minimum and
 * maximum.
 */
import type { RowPartition } from "../kind.js";
import { MISSING_VALUE_SLICE } from "./missing.js";

/** NaN marks a row without a number. `name` formats a number as a bound. */
export function partitionByQuantiles(
  numbers: Float64Array,
  bins: number,
  name: (value: number) => string,
): Pick<RowPartition, "names" | "partOfRow" | "ordered"> {
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  const ends = endsOf(sorted, bins);
  const names = ends.map((end, i) => {
    const [least, greatest] = [name(sorted[i === 0 ? 0 : ends[i - 1]!]!), name(sorted[end - 1]!)];
    return least === greatest ? least : `${least} – ${greatest}`;
  });
  const greatest = ends.map((end) => sorted[end - 1]!);
  const missing = sorted.length < numbers.length;
  const partOfRow = Int32Array.from(numbers, (value) =>
    Number.isNaN(value) ? names.length : greatest.findIndex((most) => value <= most),
  );
  return { names: missing ? [...names, MISSING_VALUE_SLICE] : names, partOfRow, ordered: true };
}

/** Returns the end index of each slice in the sorted numbers; the last is their length. */
function endsOf(sorted: Float64Array, bins: number): readonly number[] {
  const all = sorted.length;
  if (all === 0) return [];
  const ends = new Set<number>();
  for (let bin = 1; bin < bins; bin++) {
    const cutIndex = Math.round((bin * all) / bins);
    const [before, after] = [gapBefore(sorted, cutIndex), gapAfter(sorted, cutIndex)];
    const nearest = cutIndex - before <= after - cutIndex ? before : after;
    const other = nearest === before ? after : before;
    const end = nearest > 0 && nearest < all ? nearest : other;
    if (end > 0 && end < all) ends.add(end);
  }
  return [...[...ends].sort((a, b) => a - b), all];
}

/** Returns the nearest index at or before `index` at which the number changes. */
function gapBefore(sorted: Float64Array, index: number): number {
  let place = index;
  while (place > 0 && place < sorted.length && sorted[place - 1] === sorted[place]) place--;
  return place;
}
function gapAfter(sorted: Float64Array, index: number): number {
  let place = index;
  while (place > 0 && place < sorted.length && sorted[place - 1] === sorted[place]) place++;
  return place;
}
