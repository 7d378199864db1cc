/** Counts n-grams, for scores of generated text. */

/** Python's white space, at which the reference libraries split words. */
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

export function splitWords(text: string): readonly string[] {
  return text.split(SPACE).filter((word) => word !== "");
}

/** Returns every n-gram of `units` with its count. */
export function countNGrams(units: readonly string[], n: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= units.length; start++) {
    const gram = units.slice(start, start + n).join("\u0000");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

export function sharedNGramCount(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [gram, count] of a) sum += Math.min(count, b.get(gram) ?? 0);
  return sum;
}

export function nGramCount(units: number, n: number): number {
  return Math.max(0, units - n + 1);
}
