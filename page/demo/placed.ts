/**
 * Where tokens stand in a text, of tokenizers that part words into pieces of themselves (WordPiece): the JavaScript library tells ids
 * alone. Each character is normalised by itself, so that it is known where it came from; each word is then a run of such characters,
 * and its pieces are parts of the run. The proof of a deployment compares the places with the notebook's.
 */
import { must } from "#dsl/language/diagnostics/must.js";

/** Parts of the tokenizer. */
export interface TokenizerParts {
  /** Ids of a text or of a word, without what frames it. */
  plain(text: string): readonly number[];
  tokens(ids: readonly number[]): readonly string[];
  normalized(text: string): string;
  /** Of a normalised text. */
  words(text: string): readonly string[];
  /** Tokens that are found before a text is parted, longest first. */
  readonly added: readonly (readonly [string, number])[];
}
/** `starts` and `ends` in UTF-16 units of the text. */
export interface PlacedTokens {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
interface Token {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** An error where the words by themselves become other tokens than the text. */
export function placeTokens(text: string, parts: TokenizerParts): PlacedTokens {
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
  /** Of an added token; null: a text between such. */
  readonly id: number | null;
}
function split(text: string, { added }: TokenizerParts): readonly Part[] {
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

/** `offset`: where the text begins in the whole one. */
function tokensOf(text: string, offset: number, parts: TokenizerParts): readonly Token[] {
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
  // A letter may become another at the end of a word, never one more.
  const whole = parts.normalized(text);
  const normal = whole.length === made.length ? whole : made;
  let from = 0;
  return parts.words(normal).flatMap((word) => {
    const start = normal.indexOf(word, from);
    if (start < 0) return [];
    from = start + word.length;
    return piecesOf(word, parts).map(({ id, from: a, to: b }) => ({
      id,
      start: must(starts[start + a], "where a piece begins"),
      end: must(ends[start + b - 1], "where a piece ends"),
    }));
  });
}

/** What goes on with a word is marked so. */
const GOES_ON = /^##/;
function piecesOf(
  word: string,
  { plain, tokens }: TokenizerParts,
): readonly { readonly id: number; readonly from: number; readonly to: number }[] {
  const ids = plain(word);
  const lengths = tokens(ids).map((token, i) => (i === 0 ? token : token.replace(GOES_ON, "")).length);
  // A word that is unknown is one token, whatever that is called.
  const whole = lengths.reduce((sum, length) => sum + length, 0) !== word.length;
  let offset = 0;
  return ids.map((id, i) => {
    if (whole) return { id, from: 0, to: word.length };
    const from = offset;
    offset += must(lengths[i], "a piece's length");
    return { id, from, to: offset };
  });
}
