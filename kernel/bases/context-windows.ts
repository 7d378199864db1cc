/**
 * Question answering windows: questions with their contexts, encoded as a tokenizer encodes text pairs. A long context
 * becomes several windows. Each begins `overlap` tokens before the end of the previous one, and the last ends at the
 * context's end (as fast tokenizers do with `truncation="only_second"` and a `stride`).
 */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EncodedWindow } from "#stdlib/tokenizers/kind.js";
import type { SpecialTokenFrame } from "./tokenizer-file.js";

/** A text's tokens and their offsets in it. */
interface Placed {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
export interface QuestionWindowInput {
  readonly question: string;
  readonly context: string;
  /** Tokens of both, without special tokens; the context's offsets in UTF-16 units. */
  readonly questionIds: readonly number[] | Int32Array;
  readonly contextEncoding: Placed;
}

/** `row`: name of the question's row, for the coded error `no-room-for-context`. */
export function questionWindows(
  { question, context, questionIds, contextEncoding }: QuestionWindowInput,
  frame: SpecialTokenFrame["pair"],
  options: {
    readonly length: number;
    readonly overlap: number;
    readonly rowIndex: number;
    readonly row: RowIdentifier;
  },
): readonly EncodedWindow[] {
  const before = [...frame.before, ...questionIds, ...frame.between];
  const room = options.length - before.length - frame.after.length;
  const whole = contextEncoding.ids.length;
  // At least one token more than the overlap, or windows would not advance.
  if (room <= (whole > room ? options.overlap : 0)) {
    const data = { row: options.row, question: questionIds.length, room: Math.max(0, room) };
    throw new CodedError("no-room-for-context", { ...data, max_length: options.length, stride: options.overlap });
  }
  return cuts(whole, room, options.overlap).map(([from, to]) => {
    const ids = Int32Array.from([...before, ...contextEncoding.ids.subarray(from, to), ...frame.after]);
    const types = new Int32Array(ids.length).fill(frame.types[1]);
    types.fill(frame.types[0], 0, before.length);
    return {
      questionIndex: options.rowIndex,
      question,
      context,
      ids,
      types,
      first: before.length,
      starts: contextEncoding.starts.subarray(from, to),
      ends: contextEncoding.ends.subarray(from, to),
    };
  });
}

/** Parts [from, to) of at most `room` of `whole` tokens; a context without tokens is one empty part. */
function cuts(whole: number, room: number, overlap: number): readonly (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  let to = 0;
  for (let from = 0; parts.length === 0 || to < whole; from += room - overlap)
    parts.push([from, (to = Math.min(whole, from + room))]);
  return parts;
}

/** Converts offsets in code points to offsets in UTF-16 units. */
export function toUtf16Offsets(text: string, placed: Placed): Placed {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return placed;
  const units: number[] = [];
  let unitOffset = 0;
  for (const character of text) {
    units.push(unitOffset);
    unitOffset += character.length;
  }
  units.push(unitOffset);
  const moved = (places: Int32Array): Int32Array => places.map((place) => units[place] ?? unitOffset);
  return { ids: placed.ids, starts: moved(placed.starts), ends: moved(placed.ends) };
}
