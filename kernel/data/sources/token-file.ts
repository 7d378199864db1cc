/**
 * Token ids of a streamed split on disk, made once per tokenizer: of texts, and of words with their start positions.
 * Rows are read on demand; 12 bytes of each are in memory.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import type { LengthMeasurementOptions } from "../rows/length-statistics.js";
import { markedPositions, unmarkTokenIds, markTokens } from "../sequences/marked-tokens.js";
import type { TextSelection, TokenizedWords } from "../sequences/tokens.js";
import type { StreamedRows } from "../rows/streamed-rows.js";
import type { TokenizedTexts, JoinedWordTexts } from "../sequences/token-rows.js";
import {
  readOrMakeNumbers,
  readNumberIndex,
  type NumberRowsChunk,
  type NumberRowsFile,
  type IndexedNumberFiles,
} from "./number-file.js";

const CHUNK = 2048;

/** A tokenizer with a hash that identifies its tokens. */
export type HashedTokenizer = TokenizerImplementation & { readonly hash: string };
export interface TokenFileOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: LengthMeasurementOptions["onRows"];
}

class TokenFile implements TokenizedTexts {
  constructor(
    readonly lengths: Int32Array,
    private readonly numbers: NumberRowsFile,
  ) {}
  get length(): number {
    return this.lengths.length;
  }
  at(text: number): Int32Array | undefined {
    return text in this.lengths ? this.numbers.whole(text) : undefined;
  }
  part(text: number, from: number, to: number): Int32Array {
    return this.numbers.part(text, from, to);
  }
}

/** The first piece of each word is marked. */
class WordFile implements JoinedWordTexts {
  constructor(
    readonly lengths: Int32Array,
    private readonly numbers: NumberRowsFile,
  ) {}
  get length(): number {
    return this.lengths.length;
  }
  at(row: number): Int32Array | undefined {
    return row in this.lengths ? unmarkTokenIds(this.numbers.whole(row)) : undefined;
  }
  part(row: number, from: number, to: number): Int32Array {
    return unmarkTokenIds(this.numbers.part(row, from, to));
  }
  starts(row: number): Int32Array {
    return markedPositions(this.numbers.whole(row));
  }
}

/**
 * Returns the split's tokens by this tokenizer (`hash`), with special tokens, not truncated. Makes the file if it is
 * missing.
 */
export async function openOrMakeTokenFile(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  which: TextSelection = {},
  options: TokenFileOptions = {},
): Promise<TokenizedTexts> {
  const make = () =>
    mapStreamedChunks(split, options, async (from, to) => textsIn(await encoded(split, tokenizer, which, from, to)));
  const { index, numbers } = await readOrMakeNumbers(filesOf(split, tokenizer.hash, which), make);
  return new TokenFile(index, numbers);
}

/** Returns the split's words (role `tokens`) by this tokenizer, not truncated. Makes the file if it is missing. */
export async function openOrMakeWordFile(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  options: TokenFileOptions = {},
): Promise<JoinedWordTexts> {
  const make = () =>
    mapStreamedChunks(split, options, async (from, to) =>
      textsIn((await pieces(split, tokenizer, from, to)).map(({ ids, starts }) => markTokens(ids, starts))),
    );
  const { index, numbers } = await readOrMakeNumbers(filesOf(split, tokenizer.hash, WORDS), make);
  return new WordFile(index, numbers);
}
const WORDS: TextSelection = { role: "tokens" };

/** Returns the rows' lengths in this tokenizer's tokens, if the token file exists. */
export function knownTokenLengths(split: StreamedRows, hash: string, which: TextSelection): Int32Array | undefined {
  return readNumberIndex(filesOf(split, hash, which));
}

/** Counts tokens without storing them. */
export async function streamedTokenLengths(
  split: StreamedRows,
  tokenizer: TokenizerImplementation,
  which: TextSelection,
  options: TokenFileOptions,
): Promise<Int32Array> {
  const lengths: number[] = [];
  const chunks = mapStreamedChunks(split, options, async (from, to) => {
    const rows =
      which.role === "tokens"
        ? (await pieces(split, tokenizer, from, to)).map(({ ids }) => ids)
        : await encoded(split, tokenizer, which, from, to);
    return { rows: [], index: rows.map((ids) => ids.length) };
  });
  for await (const { index } of chunks) for (const length of index) lengths.push(length);
  return Int32Array.from(lengths);
}

/** Maps a split in chunks, and reports the progress. */
export async function* mapStreamedChunks<T>(
  split: StreamedRows,
  { signal, onRows }: TokenFileOptions,
  make: (from: number, to: number) => Promise<T>,
  chunk = CHUNK,
): AsyncGenerator<T> {
  for (let from = 0; from < split.rows; from += chunk) {
    signal?.throwIfAborted();
    const to = Math.min(from + chunk, split.rows);
    yield await make(from, to);
    onRows?.(to, split.rows);
  }
}

function textsIn(rows: readonly Int32Array[]): NumberRowsChunk {
  return { rows, index: rows.map((ids) => ids.length) };
}

function encoded(
  split: StreamedRows,
  tokenizer: TokenizerImplementation,
  { role = "text", prefix = "" }: TextSelection,
  from: number,
  to: number,
): Promise<readonly Int32Array[]> {
  const texts = split.values(role, from, to).map((text) => prefix + String(text));
  return tokenizer.encode(texts, Number.POSITIVE_INFINITY);
}

function pieces(
  split: StreamedRows,
  tokenizer: TokenizerImplementation,
  from: number,
  to: number,
): Promise<readonly TokenizedWords[]> {
  return tokenizer.encodeWords(split.values("tokens", from, to) as readonly (readonly string[])[]);
}

/** File names of the tokens and of the rows' lengths. */
function filesOf(split: StreamedRows, hash: string, which: TextSelection): IndexedNumberFiles {
  const name = join(split.folder, `${split.name}.${hash.slice(0, 16)}${markOf(which)}`);
  return {
    file: `${name}.tokens`,
    index: `${name}.lengths`,
    lengths: (index) => (index.length === split.rows ? index : null),
  };
}

/** Texts other than plain `text` have separate files. */
function markOf({ role = "text", prefix = "" }: TextSelection): string {
  if (role === "text" && prefix === "") return "";
  return `.${role}.${createHash("sha256").update(prefix).digest("hex").slice(0, 8)}`;
}
