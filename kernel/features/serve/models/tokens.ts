/** Tokens of texts with positions, and texts of tokens, for requests. */
import type { EncodingWithOffsets, Tokenizer } from "../../../bases/tokenizer.js";
import { encodeTextParts } from "../../../inference/gathering/prefix-encoding.js";
import type { Token, TokenizeRequest } from "../contract.js";

/** Maximum characters of texts tokenized together. */
const TOGETHER = 65_536;

/** `specials`: includes special tokens. Null if there are more than `most`; texts beyond are not tokenized. */
export async function tokenizeTexts(
  tokenizer: Tokenizer,
  texts: readonly string[],
  { specials, most = Infinity, signal }: TokenizeRequest,
): Promise<readonly (readonly Token[])[] | null> {
  const around = (ids: readonly number[]): readonly Token[] =>
    tokenizer
      .tokens(Int32Array.from(ids))
      .map((text, i) => ({ id: ids[i]!, text, special: true, start: null, stop: null }));
  const [before, after] = specials ? [around(tokenizer.frame.before), around(tokenizer.frame.after)] : [[], []];
  const all: (readonly Token[])[] = [];
  let left = most;
  for (const part of parted(texts)) {
    const read = async (some: readonly string[]): Promise<readonly Placed[]> =>
      (await tokenizer.encodePlaced(some, signal)).map((placed) => ({ ...placed, length: placed.ids.length }));
    const placed = await encodeTextParts(
      part,
      { tokens: Math.min(left, Number.MAX_SAFE_INTEGER), from: "start" },
      read,
    );
    for (const { length } of placed) left -= length + before.length + after.length;
    if (left < 0) return null;
    for (const [i, one] of placed.entries()) all.push([...before, ...ownOf(tokenizer, one, part[i]!), ...after]);
  }
  return all;
}

interface Placed extends EncodingWithOffsets {
  readonly length: number;
}
function ownOf(tokenizer: Tokenizer, { ids, starts, ends }: EncodingWithOffsets, whole: string): readonly Token[] {
  const characters = Array.from(whole);
  const names = tokenizer.tokens(ids);
  return Array.from(ids, (id, i): Token => {
    const [start, stop] = [starts[i]!, ends[i]!];
    const special = tokenizer.special.has(id);
    // A part of a character has no text, so its token's name is used.
    const text = special || stop <= start ? names[i]! : characters.slice(start, stop).join("");
    return { id, text, special, start, stop };
  });
}

/** Splits texts into groups; a long text is a group by itself. */
function* parted(texts: readonly string[]): Generator<readonly string[]> {
  let part: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (part.length > 0 && characters + text.length > TOGETHER) {
      yield part;
      [part, characters] = [[], 0];
    }
    part.push(text);
    characters += text.length;
  }
  if (part.length > 0) yield part;
}

export async function decodeTokens(
  tokenizer: Tokenizer,
  ids: readonly Int32Array[],
  specials: boolean,
): Promise<readonly string[]> {
  return Promise.all(ids.map((row) => (specials ? tokenizer.spell(row) : tokenizer.decode(row))));
}
