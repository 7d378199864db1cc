/**
 * How many units two lists have in common in the same order, others between them or not: Hyyrö's bits (2004), 32 places of the
 * first list at a time. Memory is that of the lists.
 */
import { placesByUnit } from "./places.js";

export function longestCommonLength(a: readonly string[], b: readonly string[]): number {
  const blocks = Math.ceil(a.length / 32);
  const places = placesByUnit(a);
  const left = new Uint32Array(blocks).fill(0xffffffff);
  for (const unit of b) {
    const unitPlaces = places.get(unit);
    // Nothing changes where nothing matches.
    if (!unitPlaces) continue;
    // Nor does it before the first that matches.
    let [index, carry] = [0, 0];
    for (let block = unitPlaces[0]! >>> 5; block < blocks; block++) {
      let match = 0;
      while (index < unitPlaces.length && unitPlaces[index]! >>> 5 === block) match |= 1 << (unitPlaces[index++]! & 31);
      if (match === 0 && carry === 0) {
        // The block of the next match is the next that changes.
        if (index >= unitPlaces.length) break;
        block = (unitPlaces[index]! >>> 5) - 1;
        continue;
      }
      const was = left[block]!;
      const sum = was + ((was & match) >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      left[block] = (sum | (was & ~match)) >>> 0;
    }
  }
  let common = 0;
  for (let i = 0; i < a.length; i++) if (((left[i >>> 5]! >>> (i & 31)) & 1) === 0) common++;
  return common;
}
