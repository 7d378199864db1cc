/**
 * Length of the longest common subsequence of two lists: Hyyrö's bit-parallel algorithm (2004), with 32 positions of
 * the first list at a time. Memory is linear in the lists.
 */
import { placesByUnit } from "./places.js";

export function longestCommonSubsequenceLength(a: readonly string[], b: readonly string[]): number {
  const blocks = Math.ceil(a.length / 32);
  const places = placesByUnit(a);
  const left = new Uint32Array(blocks).fill(0xffffffff);
  for (const unit of b) {
    const unitPlaces = places.get(unit);
    // A unit without matches changes nothing.
    if (!unitPlaces) continue;
    // Blocks before the first match do not change.
    let [index, carry] = [0, 0];
    for (let block = unitPlaces[0]! >>> 5; block < blocks; block++) {
      let match = 0;
      while (index < unitPlaces.length && unitPlaces[index]! >>> 5 === block) match |= 1 << (unitPlaces[index++]! & 31);
      if (match === 0 && carry === 0) {
        // Without a carry, the next block to change is that of the next match.
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
