/** Sorts detected labels for numbering: by code points; if all labels are numbers, by value. */
import { mustCodePointAt } from "#dsl/language/diagnostics/codes.js";
export function sortLabels(labels: Iterable<string>): string[] {
  const found = [...labels];
  const numbers = found.every((label) => Number.isFinite(Number(label)));
  return found.sort(numbers ? (a, b) => Number(a) - Number(b) || compare(a, b) : compare);
}

function compare(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const position = left.findIndex((character, i) => character !== right[i]);
  if (position < 0) return left.length - right.length;
  return position < right.length ? mustCodePointAt(left[position]!, 0) - mustCodePointAt(right[position]!, 0) : 1;
}
