/**
 * Cuts texts by characters before they are encoded, where only a limited number of tokens is used. The cost of an
 * oversized text is then bounded by what the model reads. A text that was cut too short is encoded again at twice the
 * length, so that any tokenizer finds its tokens, however long a run of blanks may be.
 */

/**
 * The part of each text that counts: how many tokens, and from which end. At least `characters` characters are left
 * uncut.
 */
export interface TextPartToEncode {
  readonly tokens: number;
  readonly from: "start" | "end";
  readonly characters?: number;
}

/** Extra tokens near the cut. They may differ from those of the complete text, e.g. where a word was cut. */
const SPARE = 256;
/** Upper estimate: most tokens have fewer characters. */
const CHARACTERS_PER_TOKEN = 8;

/** Returns the number of characters to encode so that the text yields `tokens` tokens. */
export function charactersForTokens(tokens: number): number {
  return CHARACTERS_PER_TOKEN * (tokens + SPARE);
}

/**
 * Returns rows of tokens like `encode`. A row of a cut text contains at least the first (or last) `tokens` tokens of
 * the complete text, plus further ones.
 */
export async function encodeTextParts<Row extends { readonly length: number }>(
  texts: readonly string[],
  { tokens, from, characters = 0 }: TextPartToEncode,
  encode: (texts: readonly string[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const wanted = tokens + SPARE;
  let most = Math.max(characters, charactersForTokens(tokens));
  const rows = new Array<Row>(texts.length);
  let left = texts.map((_, index) => index);
  while (left.length > 0) {
    const parts = left.map((index) => cutTextPart(texts[index]!, most, from));
    const read = await encode(parts);
    left.forEach((index, i) => (rows[index] = read[i]!));
    left = left.filter((index, i) => parts[i]!.length < texts[index]!.length && rows[index]!.length < wanted);
    most *= 2;
  }
  return rows;
}

/**
 * Returns the first or last `most` characters without splitting a surrogate pair. A part taken from the end begins
 * before a blank that follows a word, if one is near.
 */
export function cutTextPart(text: string, most: number, from: TextPartToEncode["from"]): string {
  if (text.length <= most) return text;
  if (from === "start") return text.slice(0, isLow(text, most) ? most - 1 : most);
  const start = text.length - most;
  const near = /[\p{L}\p{N}](?= )/u.exec(text.slice(start, start + (most >> 3)));
  if (near) return text.slice(start + near.index + near[0].length);
  return text.slice(isLow(text, start) ? start + 1 : start);
}
function isLow(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}
