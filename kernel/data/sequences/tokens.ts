/** Token ids of a split's rows, whole, as the tokenizer gives them; made once per table and tokenizer and cut when used. */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/language/types/facts.js";
import { rowNamesOf } from "../row/row-names.js";
import type { EncodedWindow, TokenizerImplementation } from "#stdlib/tokenizers/kind.js";

/** Words as one row of tokens. */
export interface TokenizedWords {
  /** Specials included, not cut. */
  readonly ids: Int32Array;
  /** Where the first piece of each word lies. */
  readonly starts: Int32Array;
}
/** Of a table with the role `tokens`. */
const words = new WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<readonly TokenizedWords[]>>>();

export function tokenizedWordsOf(
  table: ColumnTable,
  tokenizer: TokenizerImplementation,
): Promise<readonly TokenizedWords[]> {
  return once(words, table, tokenizer, () =>
    tokenizer.encodeWords(Array.from(table.array("tokens") as ArrayLike<readonly string[]>)),
  );
}

/** Tokens of a window at most, and how many of a context's it shares with the one before. */
export interface ContextWindowSize {
  readonly length: number;
  readonly overlap: number;
}
const contexts = new WeakMap<ColumnTable, Map<TokenizerImplementation, Promise<readonly EncodedWindow[]>>>();
const cutAs = new WeakMap<ColumnTable, string>();

/** Of a table with the roles `question` and `context`: what each row becomes. Kept for the cut that was asked for last. */
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

/** Both texts of each row, not cut; `tokenizer.encodePairs` cuts the longer one first. */
function pairsOf(table: ColumnTable, tokenizer: TokenizerImplementation): Promise<readonly Int32Array[]> {
  const [first, second] = [textsOf(table, "text"), textsOf(table, "text_pair")];
  return once(pairs, table, tokenizer, async () =>
    (await tokenizer.encodePairs(first, second, Number.POSITIVE_INFINITY)).map(({ ids }) => ids),
  );
}

/** Of each table and tokenizer, by what stands before the texts of which role. */
const tokenCache = new WeakMap<
  ColumnTable,
  Map<TokenizerImplementation, Map<string, Promise<readonly Int32Array[]>>>
>();
/** Tokenizers whose tokens are kept of one table, and ways to read it by each: the last used. */
const most = { tokenizers: 4, ways: 6 } as const;

/** Which texts, and what stands before each of them. */
export interface TextSelection {
  /** Absent: `text`. */
  readonly role?: string;
  readonly prefix?: string;
  /** By itself, though the data have a `text_pair`. */
  readonly apart?: boolean;
}
/** The role whose texts a model reads; null where the data has none. */
export function modelInputRole(columns: Readonly<Record<string, unknown>>): string | null {
  return ["text", "tokens", "input", "question"].find((role) => columns[role] !== undefined) ?? null;
}

/** Specials included, not cut: `tokenizer.cut(ids, maxLength)` makes of each row what `encode` with that limit gives. */
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

/** Texts that are encoded before it is told how many are. */
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
/** Of a map that holds no more than `most`: what was made for the key, unless that failed. */
function promised<K, T>(map: Map<K, Promise<T>>, key: K, most: number, make: () => Promise<T>): Promise<T> {
  return newest(map, key, most, () => {
    const made = make();
    made.catch(() => {
      if (map.get(key) === made) map.delete(key);
    });
    return made;
  });
}
/** The order of the map is that of last use. A page has this too, where each library counts. */
function newest<K, T>(map: Map<K, T>, key: K, most: number, make: () => T): T {
  const value = map.get(key) ?? make();
  map.delete(key);
  map.set(key, value);
  for (const old of [...map.keys()].slice(0, -most)) map.delete(old);
  return value;
}

/** Most bins of a histogram of lengths. */
const mostBins = 48;

/** Width of the bins that lengths up to `longest` are counted in; one for all splits, so that their counts can be added. */
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
