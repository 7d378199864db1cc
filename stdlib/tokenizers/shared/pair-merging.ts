/**
 * Training of byte-pair encoding, which WordPiece shares: starting from single characters, the most frequent pair of
 * adjacent tokens becomes a token, until the vocabulary is full. Ties go to the pair with the smaller token ids, as in
 * Hugging Face tokenizers, so that the same words give the same merges.
 */
import { mustCodePointAt, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { WordCounts } from "../kind.js";

/** A binary heap: pops the first element by `before`. */
export class Heap<T> {
  private readonly items: T[] = [];
  constructor(private readonly before: (a: T, b: T) => boolean) {}

  push(item: T): void {
    const { items, before } = this;
    let index = items.push(item) - 1;
    while (index > 0) {
      const up = (index - 1) >> 1;
      if (!before(item, items[up]!)) break;
      items[index] = items[up]!;
      index = up;
    }
    items[index] = item;
  }

  pop(): T | undefined {
    const { items, before } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && before(items[down + 1]!, items[down]!)) down++;
      if (!before(items[down]!, last)) break;
      items[index] = items[down]!;
      index = down;
    }
    items[index] = last;
    return first;
  }
}

export interface PairMergingOptions {
  readonly vocabulary: number;
  /** Minimum count of a pair to be merged. */
  readonly minimum: number;
  /** Tokens with the first ids. */
  readonly specials: readonly string[];
  /** Characters that become tokens even if the texts lack them. */
  readonly alphabet?: readonly string[];
  /** Maximum number of characters that become tokens, the most frequent first; all by default. */
  readonly alphabetSize?: number;
  /** Prefix of every piece of a word except the first; none by default. */
  readonly continuing?: string;
}
export interface PairMergingResult {
  /** Token to id, in the order of ids. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  /** Number of tokens before the first merge. */
  readonly least: number;
}

/** Encodes the ids of a pair in one number. */
const WIDE = 2 ** 26;
interface Candidate {
  count: number;
  readonly pair: number;
  /** Words that contain the pair. */
  readonly words: ReadonlySet<number>;
}
const before = (a: Candidate, b: Candidate): boolean => (a.count === b.count ? a.pair < b.pair : a.count > b.count);

export function mergePairs({ words, counts }: WordCounts, options: PairMergingOptions): PairMergingResult {
  const vocabulary = new Map<string, number>();
  const tokens: string[] = [];
  const idOf = (token: string): number => {
    let id = vocabulary.get(token);
    if (id === undefined) {
      id = tokens.push(token) - 1;
      vocabulary.set(token, id);
    }
    return id;
  };
  for (const token of [...options.specials, ...alphabetOf(words, counts, options)]) idOf(token);
  const { continuing = "" } = options;
  const pieces = words.map((word) => piecesOf(word, continuing, vocabulary, idOf));
  const least = tokens.length;

  const frequency = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const stands = (pair: number, word: number): void => {
    const known = places.get(pair);
    if (known) known.add(word);
    else places.set(pair, new Set([word]));
  };
  pieces.forEach((wordPieces, word) => {
    for (let i = 1; i < wordPieces.length; i++) {
      const pair = wordPieces[i - 1]! * WIDE + wordPieces[i]!;
      frequency.set(pair, (frequency.get(pair) ?? 0) + counts[word]!);
      stands(pair, word);
    }
  });
  const queue = new Heap<Candidate>(before);
  const enqueue = (): void => {
    for (const [pair, pairWords] of places) {
      const count = mustGet(frequency, pair, "pair");
      if (count > 0) queue.push({ count, pair, words: pairWords });
    }
    places.clear();
  };
  enqueue();

  const merges: [string, string][] = [];
  while (tokens.length < options.vocabulary) {
    const top = queue.pop();
    if (!top) break;
    const now = mustGet(frequency, top.pair, "pair");
    if (top.count !== now) {
      // Its count has changed through other merges, so it is queued again.
      top.count = now;
      queue.push(top);
      continue;
    }
    if (top.count < 1 || top.count < options.minimum) break;
    const [left, right] = [Math.floor(top.pair / WIDE), top.pair % WIDE];
    const [first, second] = [tokens[left]!, tokens[right]!];
    const id = idOf(first + second.slice(second.startsWith(continuing) ? continuing.length : 0));
    merges.push([first, second]);
    for (const word of top.words) {
      const change = (a: number, b: number, by: number): void => {
        const pair = a * WIDE + b;
        frequency.set(pair, (frequency.get(pair) ?? 0) + by * counts[word]!);
        if (by > 0) stands(pair, word);
      };
      mergeIn(pieces[word]!, left, right, id, change);
    }
    enqueue();
  }
  return { vocabulary, merges, least };
}

/** Replaces every occurrence of the pair, and reports which pairs were removed and added. */
function mergeIn(
  pieces: number[],
  left: number,
  right: number,
  id: number,
  change: (a: number, b: number, by: number) => void,
): void {
  for (let i = 0; i + 1 < pieces.length; i++) {
    if (pieces[i] !== left || pieces[i + 1] !== right) continue;
    if (i > 0) {
      change(pieces[i - 1]!, left, -1);
      change(pieces[i - 1]!, id, 1);
    }
    pieces.splice(i, 2, id);
    if (i + 1 < pieces.length) {
      change(right, pieces[i + 1]!, -1);
      change(id, pieces[i + 1]!, 1);
    }
  }
}

/** Returns the characters in code-point order; the rarest beyond the maximum are dropped. */
function alphabetOf(
  words: readonly string[],
  counts: readonly number[],
  options: PairMergingOptions,
): readonly string[] {
  const seen = new Map<string, number>();
  words.forEach((word, i) => {
    for (const character of word) seen.set(character, (seen.get(character) ?? 0) + counts[i]!);
  });
  for (const character of options.alphabet ?? []) seen.set(character, Infinity);
  const code = (character: string): number => mustCodePointAt(character, 0);
  const byCode = (a: string, b: string): number => code(a) - code(b);
  const often = [...seen].sort(([a, m], [b, n]) => (m === n ? byCode(a, b) : n > m ? 1 : -1));
  return often
    .slice(0, options.alphabetSize ?? often.length)
    .map(([character]) => character)
    .sort(byCode);
}

/** Characters that are not tokens are skipped. */
function piecesOf(
  word: string,
  continuing: string,
  vocabulary: ReadonlyMap<string, number>,
  idOf: (token: string) => number,
): number[] {
  const pieces: number[] = [];
  let first = true;
  for (const character of word) {
    const id = vocabulary.get(character);
    if (id !== undefined) pieces.push(first || continuing === "" ? id : idOf(continuing + character));
    first = false;
  }
  return pieces;
}
