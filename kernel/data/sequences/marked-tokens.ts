/** Token ids of which some are marked, in no more room: a marked one is written as its complement, which no token is. */

/** `places`: which ones, the least first. */
export function markTokens(ids: Int32Array, places: Iterable<number>): Int32Array {
  const marked = Int32Array.from(ids);
  for (const place of places) marked[place] = ~marked[place]!;
  return marked;
}
export function unmarkTokens(ids: Int32Array): Int32Array {
  return ids.map((id) => (id < 0 ? ~id : id));
}
/** Where the marked ones lie, the least first. */
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
