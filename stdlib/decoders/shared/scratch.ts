/** Memory that is taken once and used for every token, by what it is for. What lies in it holds until the next call that asks for it. */
const taken = new Map<string, Float64Array>();

export function scratchBuffer(use: string, length: number): Float64Array {
  const known = taken.get(use);
  if (known && known.length >= length) return known;
  const made = new Float64Array(length);
  taken.set(use, made);
  return made;
}
