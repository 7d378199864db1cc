/** Inputs of one step of the programs in stdlib/programs/slots.ts. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { TOKENS_PER_KV_PAGE } from "./kv-pages.js";
import type { ActiveSequence } from "./active-sequence.js";

/** The next `count` tokens of a text. */
export interface SequenceStepTokens {
  readonly text: ActiveSequence;
  readonly count: number;
}

/**
 * Returns the positions whose logits are computed, in order: the scored prompt tokens, and the last token of the text.
 */
export function positionsToScore({ text, count }: SequenceStepTokens): readonly number[] {
  const end = text.done + count;
  const from = Math.max(text.done, text.scored);
  const scored = Array.from({ length: Math.max(0, Math.min(end, text.toScore) - from) }, (_, i) => from + i);
  return end === text.tokens.length ? [...scored, end - 1] : scored;
}

/** `wanted`: indices of the positions (`positionsToScore` of each part) whose logits are fetched. */
export function stepFeeds(
  parts: readonly SequenceStepTokens[],
  options: { readonly wanted: readonly number[]; readonly adapters: boolean },
): Readonly<Record<string, NDArray>> {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const most = parts.reduce((max, { text, count }) => Math.max(max, text.done + count), 0);
  const [ids, rows, texts, lengths, adapters] = Array.from({ length: 5 }, () => new Int32Array(total)) as Five;
  const places = new Int32Array(parts.length * most);
  const askedRows: number[] = [];
  let offset = 0;
  for (const [i, { text, count }] of parts.entries()) {
    const { pages } = mustExist(text.kvPages, "pages of a text that works");
    const keys = text.done + count;
    askedRows.push(...positionsToScore({ text, count }).map((key) => offset + key - text.done));
    const rowPlaces = places.subarray(i * most, (i + 1) * most);
    for (let key = 0; key < keys; key++)
      rowPlaces[key] = pages[Math.floor(key / TOKENS_PER_KV_PAGE)]! * TOKENS_PER_KV_PAGE + (key % TOKENS_PER_KV_PAGE);
    // These entries are masked. They repeat the text's own slot, so that no other text's memory is referenced.
    rowPlaces.fill(rowPlaces[0]!, keys);
    for (let key = text.done; key < keys; key++, offset++) {
      ids[offset] = text.tokens[key]!;
      rows[offset] = rowPlaces[key]!;
      texts[offset] = i;
      lengths[offset] = key + 1;
      adapters[offset] = text.adapter;
    }
  }
  return {
    input_ids: { ...vector(ids), shape: [total, 1] },
    rows: vector(rows),
    places: { ...vector(places), shape: [parts.length, most] },
    texts: vector(texts),
    lengths: vector(lengths),
    // The arrays must not be empty; a placeholder entry is never fetched.
    asked: vector(askedRows.length > 0 ? askedRows : [0]),
    wanted: vector(options.wanted.length > 0 ? options.wanted : [0]),
    ...(options.adapters && { adapters: vector(adapters) }),
  };
}
type Five = [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

function vector(values: ArrayLike<number>): NDArray {
  const data = Int32Array.from(values);
  return { dtype: "i32", shape: [data.length], bytes: new Uint8Array(data.buffer) };
}
