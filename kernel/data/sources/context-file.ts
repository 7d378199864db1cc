/**
 * Questions beside their contexts on disk, in windows, made once per tokenizer and cut: of each window its tokens (those of the
 * second type are marked), and where each token of the context begins and ends in it. In memory are 28 bytes of a window;
 * questions and contexts are read with their rows.
 */
import { join } from "node:path";
import { must } from "#dsl/language/diagnostics/must.js";
import type { ContextWindow } from "#stdlib/tasks/kind.js";
import type { EncodedWindow } from "#stdlib/tokenizers/kind.js";
import { plainAt, withMarks } from "../sequences/marked-tokens.js";
import { rowNamesOf } from "../row/row-names.js";
import type { StreamedRows } from "../rows/streamed-rows.js";
import type { ContextRows, TokenRows } from "../sequences/token-rows.js";
import type { ContextCut } from "../sequences/tokens.js";
import { keptNumbers, type NumberedRows, type NumberFile, type NumberFiles } from "./number-file.js";
import { inChunks, type HashedTokenizer, type Making } from "./token-file.js";

/** Questions at a time: a window holds four numbers for each token. */
const CHUNK = 256;
/** What the index tells of a window: its question, where its context begins, its tokens, those of its context. */
const FIELDS = 4;
type Field = 0 | 1 | 2 | 3;

class ContextFile implements ContextRows {
  readonly lengths: Int32Array;
  readonly ids: TokenRows;
  readonly types: TokenRows;
  constructor(
    private readonly split: StreamedRows,
    private readonly index: Int32Array,
    private readonly numbers: NumberFile,
  ) {
    this.lengths = fieldsOf(index, 2);
    this.ids = this.rows(plainAt);
    this.types = this.rows(typesOf);
  }

  window(row: number): ContextWindow {
    const told = this.index.subarray(FIELDS * row, FIELDS * (row + 1));
    const [of, first, tokens, placed] = told as unknown as readonly [number, number, number, number];
    const places = this.numbers.part(row, tokens, tokens + 2 * placed);
    const text = (role: string): string => String(this.split.values(role, of, of + 1)[0]);
    return {
      of,
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

  private rows(of: (ids: Int32Array) => Int32Array): TokenRows {
    const at = (row: number): Int32Array | undefined => {
      const length = this.lengths[row];
      return length === undefined ? undefined : of(this.numbers.part(row, 0, length));
    };
    return { length: this.index.length / FIELDS, at };
  }
}

function typesOf(ids: Int32Array): Int32Array {
  return ids.map((id) => (id < 0 ? 1 : 0));
}

/** Made when they are not there. */
export async function contextFile(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  cut: ContextCut,
  o: Making = {},
): Promise<ContextRows> {
  const make = () => inChunks(split, o, (from, to) => windowsOf(split, tokenizer, cut, [from, to]), CHUNK);
  const { index, numbers } = await keptNumbers(filesOf(split, tokenizer.hash, cut), make);
  return new ContextFile(split, index, numbers);
}

async function windowsOf(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  cut: ContextCut,
  [from, to]: readonly [number, number],
): Promise<NumberedRows> {
  const windows = await encodedContexts(split, tokenizer, cut, [from, to]);
  return {
    rows: windows.map(numbersOf),
    index: windows.flatMap(({ of, first, ids, starts }) => [from + of, first, ids.length, starts.length]),
  };
}

/** Tokens of each window, of rows whose windows nobody will want. */
export async function windowLengths(
  split: StreamedRows,
  tokenizer: HashedTokenizer,
  cut: ContextCut,
  o: Making,
): Promise<Int32Array> {
  const lengths: number[] = [];
  for await (const windows of inChunks(
    split,
    o,
    (from, to) => encodedContexts(split, tokenizer, cut, [from, to]),
    CHUNK,
  ))
    for (const { ids } of windows) lengths.push(ids.length);
  return Int32Array.from(lengths);
}

/** Of questions `from` … `to` − 1, counted from the first of them. */
function encodedContexts(
  split: StreamedRows,
  tokenizer: Pick<HashedTokenizer, "encodeContexts">,
  cut: ContextCut,
  [from, to]: readonly [number, number],
): Promise<readonly EncodedWindow[]> {
  const [questions, contexts] = ["question", "context"].map((role) => split.values(role, from, to) as string[]);
  const names = rowNamesOf(split, split.numbers.subarray(from, to));
  const o = { ...cut, names };
  return tokenizer.encodeContexts(must(questions, "questions"), must(contexts, "contexts"), o);
}

function numbersOf({ ids, types, starts, ends }: EncodedWindow): Int32Array {
  const second = Array.from(types.keys()).filter((place) => types[place] === 1);
  const numbers = new Int32Array(ids.length + 2 * starts.length);
  numbers.set(withMarks(ids, second));
  numbers.set(starts, ids.length);
  numbers.set(ends, ids.length + starts.length);
  return numbers;
}

function filesOf(split: StreamedRows, hash: string, { length, overlap }: ContextCut): NumberFiles {
  const cut = `${String(length)}-${String(overlap)}`;
  const name = join(split.folder, `${split.name}.${hash.slice(0, 16)}.windows.${cut}`);
  return {
    file: `${name}.tokens`,
    index: `${name}.lengths`,
    lengths(index) {
      const last = index.at(-FIELDS);
      if (index.length % FIELDS !== 0 || last !== split.rows - 1) return null;
      const [tokens, placed] = [fieldsOf(index, 2), fieldsOf(index, 3)];
      return tokens.map((own, row) => own + 2 * placed[row]!);
    },
  };
}

function fieldsOf(index: Int32Array, field: Field): Int32Array {
  return Int32Array.from({ length: index.length / FIELDS }, (_, row) => index[FIELDS * row + field]!);
}
