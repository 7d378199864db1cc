/**
 * Scratch memory by purpose, allocated once and reused for every token. Its content is valid until the next request for
 * the same purpose.
 */
const taken = new Map<string, Float64Array>();

export function scratchBuffer(use: string, length: number): Float64Array {
  const known = taken.get(use);
  if (known && known.length >= length) return known;
  const made = new Float64Array(length);
  taken.set(use, made);
  return made;
}
