/**
 * Questions with context windows on disk, made once per tokenizer and window size. Each window has its tokens (those of
 * the second type are marked), and the offsets of each context token. Memory: 28 bytes per window; questions and
 * contexts are read with their rows.
 */
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { QuestionContextWindow } from "#stdlib/tasks/kind.js";
import type { EncodedWindow } from "#stdlib/tokenizers/kind.js";
import { unmarkTokenIds, markTokens } from "../sequences/marked-tokens.js";
import { rowNamesOf } from "../row/row.js";
import type { StreamedRows } from "../rows/streamed-rows.js";
import type { ContextWindowRows, TokenRows } from "../sequences/token-rows.js";
import type { ContextWindowSize } from "../sequences/tokens.js";
import {
  readOrMakeNumbers,
  type NumberRowsChunk,
  type NumberRowsFile,
  type IndexedNumberFiles,
} from "./number-file.js";
import { mapStreamedChunks, type HashedTokenizer, type TokenFileOptions } from "./token-file.js";

/** Questions per chunk: a window has four numbers per token. */
const CHUNK = 256;
/** Index fields of a window: its question, the start of its context, its tokens, its context tokens. */
const FIELDS = 4;
type Field = 0 | 1 | 2 | 3;

class ContextFile implements ContextWindowRows {
  readonly lengths: Int32Array;
  readonly ids: TokenRows;
  readonly types: TokenRows;
  constructor(
    private readonly split: StreamedRows,
    private readonly index: Int32Array,
    private readonly numbers: NumberRowsFile,
  ) {
    this.lengths = fieldsOf(index, 2);
    this.ids = this.rows(unmarkTokenIds);
    this.types = this.rows(typesOf);
  }

  window(row: number): QuestionContextWindow {
    const fields = this.index.subarray(FIELDS * row, FIELDS * (row + 1));
    const [sourceRow = 0, first = 0, tokens = 0, placed = 0] = fields;
    const places = this.numbers.part(row, tokens, tokens + 2 * placed);
    const text = (role: string): string => String(this.split.values(role, sourceRow, sourceRow + 1)[0]);
    return {
      questionIndex: sourceRow,
      first,
      starts: places.subarray(0, placed),
      ends: places.subarray(placed),
      get question() {
        return text("question");
      },
      get context() {
        return text("context");
      },
    };
  }

  private rows(idsOf: (ids: Int32Array) => Int32Array): TokenRows {
    const tokensOf = (row: number): Int32Array | undefined => {
      const length = this.lengths[row];
      return length === undefined ? undefined : idsOf(this.numbers.part(row, 0, length));
    };
    return { length: this.index.length / FIELDS, at: tokensOf };
  }
}

function typesOf(ids: Int32Array): Int32Array {
  return ids.map((id) => (id < 0 ? 1 : 0));
}

/** Makes the file if it is missing. */
export async function openOrMakeContextWindowFile(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  cut: ContextWindowSize,
  options: TokenFileOptions = {},
): Promise<ContextWindowRows> {
  const make = () =>
    mapStreamedChunks(split, options, (from, to) => windowsOf(split, tokenizer, cut, [from, to]), CHUNK);
  const { index, numbers } = await readOrMakeNumbers(filesOf(split, tokenizer.hash, cut), make);
  return new ContextFile(split, index, numbers);
}

async function windowsOf(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  cut: ContextWindowSize,
  [from, to]: readonly [number, number],
): Promise<NumberRowsChunk> {
  const windows = await encodedContexts(split, tokenizer, cut, [from, to]);
  return {
    rows: windows.map(numbersOf),
    index: windows.flatMap(({ questionIndex: rowIndex, first, ids, starts }) => [
      from + rowIndex,
      first,
      ids.length,
      starts.length,
    ]),
  };
}

/** Returns the tokens of each window without storing the windows. */
export async function contextWindowLengths(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  cut: ContextWindowSize,
  options: TokenFileOptions,
): Promise<Int32Array> {
  const lengths: number[] = [];
  for await (const windows of mapStreamedChunks(
    split,
    options,
    (from, to) => encodedContexts(split, tokenizer, cut, [from, to]),
    CHUNK,
  ))
    for (const { ids } of windows) lengths.push(ids.length);
  return Int32Array.from(lengths);
}

/** Encodes questions `from` … `to` − 1; question indices count from the first of them. */
function encodedContexts(
  split: StreamedRows,
  tokenizer: Pick<HashedTokenizer, "encodeContexts">,
  cut: ContextWindowSize,
  [from, to]: readonly [number, number],
): Promise<readonly EncodedWindow[]> {
  const [questions, contexts] = ["question", "context"].map((role) => split.values(role, from, to) as string[]);
  const names = rowNamesOf(split, split.numbers.subarray(from, to));
  const options = { ...cut, names };
  return tokenizer.encodeContexts(mustExist(questions, "questions"), mustExist(contexts, "contexts"), options);
}

function numbersOf({ ids, types, starts, ends }: EncodedWindow): Int32Array {
  const second = Array.from(types.keys()).filter((place) => types[place] === 1);
  const numbers = new Int32Array(ids.length + 2 * starts.length);
  numbers.set(markTokens(ids, second));
  numbers.set(starts, ids.length);
  numbers.set(ends, ids.length + starts.length);
  return numbers;
}

function filesOf(split: StreamedRows, hash: string, { length, overlap }: ContextWindowSize): IndexedNumberFiles {
  const cut = `${String(length)}-${String(overlap)}`;
  const name = join(split.folder, `${split.name}.${hash.slice(0, 16)}.windows.${cut}`);
  return {
    file: `${name}.tokens`,
    index: `${name}.lengths`,
    lengths(index) {
      const last = index.at(-FIELDS);
      if (index.length % FIELDS !== 0 || last !== split.rows - 1) return null;
      const [tokens, placed] = [fieldsOf(index, 2), fieldsOf(index, 3)];
      return tokens.map((tokenCount, row) => tokenCount + 2 * placed[row]!);
    },
  };
}

function fieldsOf(index: Int32Array, field: Field): Int32Array {
  return Int32Array.from({ length: index.length / FIELDS }, (_, row) => index[FIELDS * row + field]!);
}
