/**
 * Token ids with marks, without extra memory: a marked id is stored as its bitwise complement, which is no valid id.
 */

/** `places`: positions to mark, in ascending order. */
export function markTokens(ids: Int32Array, places: Iterable<number>): Int32Array {
  const marked = Int32Array.from(ids);
  for (const place of places) marked[place] = ~marked[place]!;
  return marked;
}
export function unmarkTokenIds(ids: Int32Array): Int32Array {
  return ids.map((id) => (id < 0 ? ~id : id));
}
/** Returns the marked positions in ascending order. */
export function markedPositions(ids: Int32Array): Int32Array {
  let count = 0;
  for (const id of ids) if (id < 0) count++;
  const places = new Int32Array(count);
  let to = 0;
  ids.forEach((id, place) => {
    if (id < 0) places[to++] = place;
  });
  return places;
}
