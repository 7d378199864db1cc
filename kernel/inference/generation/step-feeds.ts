/** What a step of the programs of stdlib/programs/slots.ts is fed with. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { PAGE_TOKENS } from "./kv-pages.js";
import type { ActiveSequence } from "./active-sequence.js";

/** The next `count` tokens of a text. */
export interface SequenceStep {
  readonly text: ActiveSequence;
  readonly count: number;
}

/** Tokens of a part after which is asked, in order: those of the prompt that are scored, and the last of all. */
export function positionsToScore({ text, count }: SequenceStep): readonly number[] {
  const end = text.done + count;
  const from = Math.max(text.done, text.scored);
  const scored = Array.from({ length: Math.max(0, Math.min(end, text.toScore) - from) }, (_, i) => from + i);
  return end === text.tokens.length ? [...scored, end - 1] : scored;
}

/** `wanted`: places among those that are asked about (`askedIn` of each part), of which the logits are wanted. */
export function stepFeeds(
  parts: readonly SequenceStep[],
  options: { readonly wanted: readonly number[]; readonly adapters: boolean },
): Readonly<Record<string, NDArray>> {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const most = parts.reduce((max, { text, count }) => Math.max(max, text.done + count), 0);
  const [ids, rows, texts, lengths, adapters] = Array.from({ length: 5 }, () => new Int32Array(total)) as Five;
  const places = new Int32Array(parts.length * most);
  const askedRows: number[] = [];
  let offset = 0;
  for (const [i, { text, count }] of parts.entries()) {
    const { pages } = must(text.kvPages, "pages of a text that works");
    const keys = text.done + count;
    askedRows.push(...positionsToScore({ text, count }).map((key) => offset + key - text.done));
    const rowPlaces = places.subarray(i * most, (i + 1) * most);
    for (let key = 0; key < keys; key++)
      rowPlaces[key] = pages[Math.floor(key / PAGE_TOKENS)]! * PAGE_TOKENS + (key % PAGE_TOKENS);
    // Nothing is seen there; its own places, so that nothing of another text is even near.
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
    // Something must be asked and wanted; where nothing is, nothing of it is fetched.
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
