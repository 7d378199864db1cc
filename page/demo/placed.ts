/**
 * Where tokens stand in a text, of tokenizers that part words into pieces of themselves (WordPiece): the JavaScript library tells ids
 * alone. Each character is normalised by itself, so that it is known where it came from; each word is then a run of such characters,
 * and its pieces are parts of the run. The proof of a deployment compares the places with the notebook's.
 */
import { must } from "#dsl/language/diagnostics/must.js";

/** Parts of the tokenizer. */
export interface Parts {
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
export interface Placed {
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
export function placedIn(text: string, parts: Parts): Placed {
  const all = split(text, parts).flatMap(({ at, part, id }): readonly Token[] =>
    id === null ? tokensOf(part, at, parts) : [{ id, start: at, end: at + part.length }],
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
  readonly at: number;
  readonly part: string;
  /** Of an added token; null: a text between such. */
  readonly id: number | null;
}
function split(text: string, { added }: Parts): readonly Part[] {
  const found: Part[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const token = added.find(([content]) => content !== "" && text.startsWith(content, at));
    if (!token) {
      at++;
      continue;
    }
    const [part, id] = token;
    found.push({ at: from, part: text.slice(from, at), id: null }, { at, part, id });
    from = at += part.length;
  }
  return [...found, { at: from, part: text.slice(from), id: null }];
}

/** `offset`: where the text begins in the whole one. */
function tokensOf(text: string, offset: number, parts: Parts): readonly Token[] {
  const starts: number[] = [];
  const ends: number[] = [];
  let made = "";
  let place = offset;
  for (const character of text) {
    const own = parts.normalized(character);
    made += own;
    for (let unit = 0; unit < own.length; unit++) {
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
    const at = normal.indexOf(word, from);
    if (at < 0) return [];
    from = at + word.length;
    return piecesOf(word, parts).map(({ id, from: a, to: b }) => ({
      id,
      start: must(starts[at + a], "where a piece begins"),
      end: must(ends[at + b - 1], "where a piece ends"),
    }));
  });
}

/** What goes on with a word is marked so. */
const GOES_ON = /^##/;
function piecesOf(
  word: string,
  { plain, tokens }: Parts,
): readonly { readonly id: number; readonly from: number; readonly to: number }[] {
  const ids = plain(word);
  const lengths = tokens(ids).map((token, i) => (i === 0 ? token : token.replace(GOES_ON, "")).length);
  // A word that is unknown is one token, whatever that is called.
  const whole = lengths.reduce((sum, length) => sum + length, 0) !== word.length;
  let at = 0;
  return ids.map((id, i) => {
    if (whole) return { id, from: 0, to: word.length };
    const from = at;
    at += must(lengths[i], "a piece's length");
    return { id, from, to: at };
  });
}
