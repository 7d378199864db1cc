/**
 * Levenshtein's distance: how many units must be put in, taken out or changed to make one list the other. Myers' bits (1999) as
 * Hyyrö has them (2003), 32 places of the longer list at a time: of each place whether the distance rises or falls there.
 */
import { placesByUnit } from "./places.js";

export function editDistance(from: readonly string[], to: readonly string[]): number {
  // What both begin or end with needs no edit.
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
    // Above the first place the distance rises by one with each unit of the row.
    let [index, up, down] = [0, 1, 0];
    for (let block = 0; block < blocks; block++) {
      let match = 0;
      while (index < unitPlaces.length && unitPlaces[index]! >>> 5 === block) match |= 1 << (unitPlaces[index++]! & 31);
      const [rise, fall] = [rises[block]!, falls[block]!];
      const vertical = match | fall;
      match |= down;
      // Of the sum no more than 32 bits are looked at: what it carries is in the next block's `up` and `down`.
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
