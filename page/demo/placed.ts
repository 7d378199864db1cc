/**
 * Positions of tokens in a text, for tokenizers that split words into parts of themselves (WordPiece), since the
 * JavaScript library returns only ids. Each character is normalised separately, so that its origin is known. A word is
 * then a range of such characters, and its pieces are parts of that range. The verification of a deployment compares
 * the positions with the notebook's.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";

/** Functions of the tokenizer. */
export interface TokenizerFunctions {
  /** Returns the ids of a text or word, without special tokens around it. */
  plain(text: string): readonly number[];
  tokens(ids: readonly number[]): readonly string[];
  normalized(text: string): string;
  /** Splits a normalised text into words. */
  words(text: string): readonly string[];
  /** Tokens that are matched before a text is split, longest first. */
  readonly added: readonly (readonly [string, number])[];
}
/** `starts` and `ends` are offsets in UTF-16 units of the text. */
export interface TokensWithOffsets {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
interface Token {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** Throws an error if the words give other tokens separately than in the text. */
export function tokenizeWithOffsets(text: string, parts: TokenizerFunctions): TokensWithOffsets {
  const all = split(text, parts).flatMap(({ offset, part, id }): readonly Token[] =>
    id === null ? tokensOf(part, offset, parts) : [{ id, start: offset, end: offset + part.length }],
  );
  const ids = all.map(({ id }) => id);
  if (String(ids) !== String(parts.plain(text)))
    throw new Error("the page can't tell where the words of this text stand");
  return {
    ids: Int32Array.from(ids),
    starts: Int32Array.from(all, ({ start }) => start),
    ends: Int32Array.from(all, ({ end }) => end),
  };
}

interface Part {
  readonly offset: number;
  readonly part: string;
  /** Id of an added token; null for the text between such tokens. */
  readonly id: number | null;
}
function split(text: string, { added }: TokenizerFunctions): readonly Part[] {
  const found: Part[] = [];
  let from = 0;
  for (let offset = 0; offset < text.length;) {
    const token = added.find(([content]) => content !== "" && text.startsWith(content, offset));
    if (!token) {
      offset++;
      continue;
    }
    const [part, id] = token;
    found.push({ offset: from, part: text.slice(from, offset), id: null }, { offset, part, id });
    from = offset += part.length;
  }
  return [...found, { offset: from, part: text.slice(from), id: null }];
}

/** @param offset start of this part in the complete text */
function tokensOf(text: string, offset: number, parts: TokenizerFunctions): readonly Token[] {
  const starts: number[] = [];
  const ends: number[] = [];
  let made = "";
  let place = offset;
  for (const character of text) {
    const normalized = parts.normalized(character);
    made += normalized;
    for (let unit = 0; unit < normalized.length; unit++) {
      starts.push(place);
      ends.push(place + character.length);
    }
    place += character.length;
  }
  // At the end of a word a letter may be normalised to another one, but never to more than one.
  const whole = parts.normalized(text);
  const normal = whole.length === made.length ? whole : made;
  let from = 0;
  return parts.words(normal).flatMap((word) => {
    const start = normal.indexOf(word, from);
    if (start < 0) return [];
    from = start + word.length;
    return piecesOf(word, parts).map(({ id, from: a, to: b }) => ({
      id,
      start: mustExist(starts[start + a], "where a piece begins"),
      end: mustExist(ends[start + b - 1], "where a piece ends"),
    }));
  });
}

/** Marks a piece that continues a word. */
const GOES_ON = /^##/;
function piecesOf(
  word: string,
  { plain, tokens }: TokenizerFunctions,
): readonly { readonly id: number; readonly from: number; readonly to: number }[] {
  const ids = plain(word);
  const lengths = tokens(ids).map((token, i) => (i === 0 ? token : token.replace(GOES_ON, "")).length);
  // An unknown word is one token, whatever that token's text is.
  const whole = lengths.reduce((sum, length) => sum + length, 0) !== word.length;
  let offset = 0;
  return ids.map((id, i) => {
    if (whole) return { id, from: 0, to: word.length };
    const from = offset;
    offset += mustExist(lengths[i], "a piece's length");
    return { id, from, to: offset };
  });
}
