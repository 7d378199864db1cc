/**
 * Levenshtein distance: the minimum number of insertions, deletions and changes that turn one list into the other. Uses
 * the bit-parallel algorithm of Myers (1999) in Hyyrö's form (2003), with 32 positions of the longer list at a time;
 * each bit states whether the distance rises or falls at its position.
 */
import { placesByUnit } from "./places.js";

export function editDistance(from: readonly string[], to: readonly string[]): number {
  // A common prefix and suffix need no edits.
  let [begin, a, b] = [0, from.length, to.length];
  while (begin < a && begin < b && from[begin] === to[begin]) begin++;
  while (a > begin && b > begin && from[a - 1] === to[b - 1]) [a, b] = [a - 1, b - 1];
  if (a === begin || b === begin) return a - begin + (b - begin);
  return distance(from.slice(begin, a), to.slice(begin, b));
}

function distance(column: readonly string[], row: readonly string[]): number {
  const n = column.length;
  const blocks = Math.ceil(n / 32);
  const places = placesByUnit(column);
  const rises = new Uint32Array(blocks).fill(0xffffffff);
  const falls = new Uint32Array(blocks);
  const [last, bit] = [blocks - 1, 1 << ((n - 1) & 31)];
  let cost = n;
  for (const unit of row) {
    const unitPlaces = places.get(unit) ?? [];
    // Above the first position, the distance rises by one with each unit of the row.
    let [index, up, down] = [0, 1, 0];
    for (let block = 0; block < blocks; block++) {
      let match = 0;
      while (index < unitPlaces.length && unitPlaces[index]! >>> 5 === block) match |= 1 << (unitPlaces[index++]! & 31);
      const [rise, fall] = [rises[block]!, falls[block]!];
      const vertical = match | fall;
      match |= down;
      // Only 32 bits of the sum are used: the carry is in `up` and `down` for the next block.
      const diagonal = (((((match & rise) >>> 0) + rise) | 0) ^ rise) | match;
      let higher = fall | ~(diagonal | rise);
      let lower = rise & diagonal;
      if (block === last) cost += (higher & bit) !== 0 ? 1 : (lower & bit) !== 0 ? -1 : 0;
      const [nextUp, nextDown] = [higher >>> 31, lower >>> 31];
      higher = (higher << 1) | up;
      lower = (lower << 1) | down;
      [up, down] = [nextUp, nextDown];
      rises[block] = (lower | ~(vertical | higher)) >>> 0;
      falls[block] = (higher & vertical) >>> 0;
    }
  }
  return cost;
}
