/** Token ids of a split's rows as encoded, not truncated; made once per table and tokenizer, and truncated on use. */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/language/types/facts.js";
import { rowNamesOf } from "../row/row.js";
import type { EncodedWindow, TokenizerImplementation } from "#stdlib/tokenizers/kind.js";

/** A row's words as one list of tokens. */
export interface TokenizedWords {
  /** Includes special tokens; not truncated. */
  readonly ids: Int32Array;
  readonly starts: Int32Array;
}
/** Cached for tables with the role `tokens`. */
const words = new WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<readonly TokenizedWords[]>>>();

export function tokenizedWordsOf(
  table: ColumnTable,
  tokenizer: TokenizerImplementation,
): Promise<readonly TokenizedWords[]> {
  return once(words, table, tokenizer, () =>
    tokenizer.encodeWords(Array.from(table.array("tokens") as ArrayLike<readonly string[]>)),
  );
}

/** Maximum tokens of a window, and number of context tokens shared with the window before. */
export interface ContextWindowSize {
  readonly length: number;
  readonly overlap: number;
}
const contexts = new WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<readonly EncodedWindow[]>>>();
const cutAs = new WeakMap<ColumnTable, string>();

/**
 * Returns the windows of each row, for tables with the roles `question` and `context`. Cached for the last window size
 * only.
 */
export function contextWindowsOf(
  table: ColumnTable,
  tokenizer: TokenizerImplementation,
  cut: ContextWindowSize,
): Promise<readonly EncodedWindow[]> {
  const key = `${String(cut.length)} ${String(cut.overlap)}`;
  if (cutAs.get(table) !== key) contexts.delete(table);
  cutAs.set(table, key);
  const [questions, contextTexts] = [textsOf(table, "question"), textsOf(table, "context")];
  const names = rowNamesOf(table, table.array("$row") as ArrayLike<number>);
  return once(contexts, table, tokenizer, () => tokenizer.encodeContexts(questions, contextTexts, { ...cut, names }));
}

const pairs = new WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<readonly Int32Array[]>>>();

const textsOf = (table: ColumnTable, role: string): string[] => Array.from(table.array(role) as ArrayLike<string>);

/** Encodes both texts of each row, not truncated; `tokenizer.encodePairs` truncates the longer one first. */
function pairsOf(table: ColumnTable, tokenizer: TokenizerImplementation): Promise<readonly Int32Array[]> {
  const [first, second] = [textsOf(table, "text"), textsOf(table, "text_pair")];
  return once(pairs, table, tokenizer, async () =>
    (await tokenizer.encodePairs(first, second, Number.POSITIVE_INFINITY)).map(({ ids }) => ids),
  );
}

/** Cache per table and tokenizer, keyed by role and prefix. */
const tokenCache = new WeakMap<
  ColumnTable,
  Map<TokenizerImplementation, Map<string, Promise<readonly Int32Array[]>>>
>();
/** Maximum cached tokenizers per table, and encodings per tokenizer; the most recently used are kept. */
const most = { tokenizers: 4, ways: 6 } as const;

export interface TextSelection {
  /** Defaults to `text`. */
  readonly role?: string;
  readonly prefix?: string;
  /** Encodes the text alone, even if the data have a `text_pair`. */
  readonly apart?: boolean;
}
/** Returns the role whose texts a model reads; null if the data have none. */
export function modelInputRole(columns: Readonly<Record<string, unknown>>): string | null {
  return ["text", "tokens", "input", "question"].find((role) => columns[role] !== undefined) ?? null;
}

/**
 * Includes special tokens, not truncated: `tokenizer.cut(ids, maxLength)` gives the same as `encode` with that limit.
 */
export function tokenizedTextsOf(
  table: ColumnTable,
  tokenizer: TokenizerImplementation,
  { role = "text", prefix = "", apart = false }: TextSelection = {},
  onRows: (done: number) => void = () => undefined,
): Promise<readonly Int32Array[]> {
  const key = JSON.stringify([role, prefix, apart]);
  const tableTokens =
    tokenCache.get(table) ?? new Map<TokenizerImplementation, Map<string, Promise<readonly Int32Array[]>>>();
  tokenCache.set(table, tableTokens);
  const ways = newest(tableTokens, tokenizer, most.tokenizers, () => new Map<string, Promise<readonly Int32Array[]>>());
  return promised(ways, key, most.ways, async () => {
    if (table.columnNames().includes("tokens")) return (await tokenizedWordsOf(table, tokenizer)).map(({ ids }) => ids);
    if (!apart && table.columnNames().includes("text_pair")) return pairsOf(table, tokenizer);
    const texts = Array.from(table.array(role) as ArrayLike<string>, (text) => prefix + text);
    return inParts(texts, tokenizer, onRows);
  });
}

/** Texts encoded between two progress reports. */
const PART = 8192;

async function inParts(
  texts: readonly string[],
  tokenizer: TokenizerImplementation,
  onRows: (done: number) => void,
): Promise<readonly Int32Array[]> {
  if (texts.length <= PART) return tokenizer.encode(texts, Number.POSITIVE_INFINITY);
  const rows: Int32Array[] = [];
  for (let start = 0; start < texts.length; start += PART) {
    for (const ids of await tokenizer.encode(texts.slice(start, start + PART), Number.POSITIVE_INFINITY))
      rows.push(ids);
    onRows(rows.length);
  }
  return rows;
}

function once<T>(
  all: WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<T>>>,
  table: ColumnTable,
  tokenizer: TokenizerImplementation,
  make: () => Promise<T>,
): Promise<T> {
  let tableCache = all.get(table);
  if (!tableCache) all.set(table, (tableCache = new Map()));
  return promised(tableCache, tokenizer, most.tokenizers, make);
}
/** Returns the cached promise of a key from a map of at most `most` entries; a failed promise is removed. */
function promised<K, T>(map: Map<K, Promise<T>>, key: K, most: number, make: () => Promise<T>): Promise<T> {
  return newest(map, key, most, () => {
    const made = make();
    made.catch(() => {
      if (map.get(key) === made) map.delete(key);
    });
    return made;
  });
}
/** The map's order is that of last use. The code also runs in web pages, where each library adds to the size. */
function newest<K, T>(map: Map<K, T>, key: K, most: number, make: () => T): T {
  const value = map.get(key) ?? make();
  map.delete(key);
  map.set(key, value);
  for (const old of [...map.keys()].slice(0, -most)) map.delete(old);
  return value;
}

const mostBins = 48;

/** Returns the bin width for lengths up to `longest`; one for all splits, so that their counts can be added. */
export function histogramBinWidth(longest: number): number {
  const round = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100].find((width) => longest / width < mostBins);
  return round ?? Math.ceil((longest + 1) / mostBins);
}

export function greatestLength(lengths: Int32Array): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

export function lengthHistogram(lengths: Int32Array, step: number): NonNullable<SplitFacts["lengths"]> {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const counts = new Array<number>(Math.floor(longest / step) + 1).fill(0);
  for (const length of lengths) counts[Math.floor(length / step)]!++;
  return { step, counts, total: lengths.reduce((a, b) => a + b, 0), longest };
}
