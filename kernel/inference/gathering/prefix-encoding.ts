/**
 * Texts cut by characters before they are read, where only so many of their tokens are ever looked at: who sends a text a thousand times
 * as long as a model reads pays for what the model reads. What was cut too short is read again, twice as long each time,
 * so that any tokenizer finds its tokens, however long a run of blanks may be.
 */

/** Tokens that count of each text, from where; `characters`: at least so many stay. */
export interface EncodedPart {
  readonly tokens: number;
  readonly from: "start" | "end";
  readonly characters?: number;
}

/** Tokens near the cut, which may be others there than in the whole text: those of a word that was cut among them. */
const SPARE = 256;
/** More than most tokens have. */
const CHARACTERS_PER_TOKEN = 8;

/** Characters of a text that are read where so many tokens of it count. */
export function charactersForTokens(tokens: number): number {
  return CHARACTERS_PER_TOKEN * (tokens + SPARE);
}

/** Rows of tokens as `encode` gives them: of a text that was cut at least `tokens` of the whole text's, and more than those. */
export async function encodeTextParts<Row extends { readonly length: number }>(
  texts: readonly string[],
  { tokens, from, characters = 0 }: EncodedPart,
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

/** No character of two halves is parted. From the end it begins before a blank that follows a word, where one is near. */
export function cutTextPart(text: string, most: number, from: EncodedPart["from"]): string {
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
