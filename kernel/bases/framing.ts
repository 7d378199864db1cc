/** Adds special tokens to one text or a pair, and truncates texts that are too long, like Hugging Face tokenizers. */
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import type { SpecialTokenFrame } from "./tokenizer-file.js";

type PairEncoding = Awaited<ReturnType<TokenizerImplementation["encodePairs"]>>[number];

type Ids = readonly number[] | Int32Array;

export function addSpecialTokens(ids: Ids, frame: SpecialTokenFrame["single"], maxLength: number): Int32Array {
  const room = Math.max(0, maxLength - frame.before.length - frame.after.length);
  return Int32Array.from([...frame.before, ...(ids.length > room ? ids.slice(0, room) : ids), ...frame.after]);
}

/** Returns the text's own tokens. */
export function removeSpecialTokens(ids: Int32Array, { before, after }: SpecialTokenFrame["single"]): Int32Array {
  return ids.subarray(before.length, ids.length - after.length);
}

export function truncateWithSpecialTokens(
  ids: Int32Array,
  frame: SpecialTokenFrame["single"],
  maxLength: number,
): Int32Array {
  const end = Math.max(frame.before.length + frame.after.length, maxLength);
  if (ids.length <= end) return ids;
  const cut = ids.slice(0, end);
  cut.set(frame.after, end - frame.after.length);
  return cut;
}

/**
 * Longest first: the longer text loses tokens until both fit; with equal lengths, the second (as in the Rust code).
 */
export function encodePairWithSpecialTokens(
  a: Ids,
  b: Ids,
  frame: SpecialTokenFrame["pair"],
  maxLength: number,
): PairEncoding {
  const specials = frame.before.length + frame.between.length + frame.after.length;
  const [left, right] = longestFirst(a.length, b.length, Math.max(0, maxLength - specials));
  const ids = Int32Array.from([
    ...frame.before,
    ...a.slice(0, left),
    ...frame.between,
    ...b.slice(0, right),
    ...frame.after,
  ]);
  const types = new Int32Array(ids.length);
  types.fill(frame.types[0], 0, frame.before.length + left + frame.between.length);
  types.fill(frame.types[1], frame.before.length + left + frame.between.length);
  return { ids, types };
}

/** Number of tokens that remain of each of two texts, if both together may have `room`. */
function longestFirst(a: number, b: number, room: number): readonly [number, number] {
  if (a + b <= room) return [a, b];
  const short = Math.min(a, b);
  if (short <= room / 2) return a <= b ? [a, room - a] : [room - b, b];
  const half = Math.floor(room / 2);
  return a > b ? [room - half, half] : [half, room - half];
}
