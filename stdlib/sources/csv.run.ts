/** CSV as RFC 4180 has it, streamed: the file passes in pieces, only the columns stay. Every value is a string. */
import { parse, type CsvError, type Parser } from "csv-parse";
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call } from "#dsl/types/value.js";
import type { RowChunk, SourceImplementation, SourceWorld } from "../kinds/data.js";
import { largestRecord } from "../lib/sources/codes.js";
import { demandColumns, demandNames, headText, isChunk, tableOf } from "../lib/sources/columns.js";
import { locate } from "#platform/files.js";
import { likelyNames, looksLikeData, looksLikeTitle } from "../lib/sources/headless.js";
import { fileText } from "../lib/sources/text-file.js";
import { overFiles } from "../lib/sources/over-files.js";

const delimiters = [",", ";", "\t", "|"];
const lineEnds = ["\r\n", "\n", "\r"];
/** Characters from the file's beginning by which the delimiter is judged. */
const headSize = 64 * 1024;
/** Columns that a guess names. */
const MOST_NAMED = 12;

interface Arguments {
  readonly path: string;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly header?: "first" | "none";
  readonly names?: readonly string[] | null;
  readonly skip?: number;
  readonly encoding?: string;
}
/** How a file is read. */
interface Shape {
  readonly delimiter: string;
  readonly quote: string | null;
  readonly header: "first" | "none";
  readonly names: readonly string[] | null;
  /** Lines. */
  readonly skip: number;
}

const oneFile = {
  async open(call: Call, world: SourceWorld, limit = Infinity) {
    const reader = readerOf(call, limit);
    for await (const piece of pieces(call, world)) {
      await reader.read(piece);
      if (reader.full) break;
    }
    return reader.finish();
  },
  async *stream(call: Call, world: SourceWorld): AsyncGenerator<RowChunk> {
    const reader = readerOf(call, Infinity);
    for await (const piece of pieces(call, world)) {
      await reader.read(piece);
      if (reader.gives) yield reader.take();
    }
    await reader.end();
    const rest = reader.take();
    if (rest.rows > 0) yield rest;
  },
  headless(call: Call, columns: ReadonlyMap<string, ArrayLike<unknown>>): string | undefined {
    const { path, header, names, skip } = call.arguments as unknown as Arguments;
    if (columns.keys().next().value?.startsWith("__label__")) return `fasttext(${JSON.stringify(path)})`;
    if (names) return undefined;
    const own = columns.size > MOST_NAMED ? undefined : `names: [${likelyNames(columns).join(", ")}]`;
    if (header !== undefined) return header === "none" ? own : undefined;
    if (!skip && looksLikeTitle([...columns.keys()].map((name, i) => (name === placed(i) ? "" : name))))
      return "skip: 1";
    if (!looksLikeData(columns)) return undefined;
    return own === undefined ? "header: none" : `header: none, ${own}`;
  },
};

export const csv: SourceImplementation = overFiles(oneFile, { alike: true });

/** What a column without a name is called. */
function placed(index: number): string {
  return `column ${index + 1}`;
}

function readerOf(call: Call, limit: number): Reader {
  const { path, delimiter, quote, header, names, skip } = call.arguments as unknown as Arguments;
  if (names && header === undefined) throw new CodedError("header-unsaid", { file: path, names });
  const shape: Shape = {
    delimiter: delimiter ?? ",",
    quote: quote === "none" ? null : (quote ?? '"'),
    header: header ?? "first",
    names: names ?? null,
    skip: skip ?? 0,
  };
  return new Reader(path, shape, limit);
}

async function* pieces(call: Call, world: SourceWorld): AsyncGenerator<string> {
  const { path, encoding, skip } = call.arguments as unknown as Arguments;
  yield* afterLines(fileText(await locate(world.folder, path), path, encoding ?? "utf-8", world), skip ?? 0);
}

/** A text without its first lines, whatever stands in them. */
async function* afterLines(pieces: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let [left, returned, begun] = [count, false, false];
  for await (const piece of pieces) {
    let at = 0;
    for (; at < piece.length && (left > 0 || returned); at++) {
      const character = piece[at];
      const ended = returned;
      returned = false;
      if (ended && character === "\n") continue;
      if (left === 0) break;
      returned = character === "\r";
      if (returned || character === "\n") left--;
    }
    const rest = piece.slice(at);
    // A mark of the byte order that a program put before its table.
    if (rest !== "") yield begun || count === 0 ? rest : rest.replace(/^\ufeff/, "");
    begun ||= rest !== "";
  }
}

/** Resolves when the parser says that, or that it failed: `check` tells which. */
function heard(parser: Parser, event: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    parser.once(event, done);
    parser.once("error", done);
  });
}

function letGo(parser: Parser): void {
  parser.destroy();
}

class Reader {
  /** Text held back until there is enough of it to judge the delimiter. */
  private head: string | null = "";
  private header: readonly string[] | null = null;
  private columns: string[][] = [];
  private rows = 0;
  /** Characters that were read. */
  private text = 0;
  /** Line of the file on which the next record starts. */
  private line: number;
  /** Lines at the beginning that look like a title, if there are any. */
  private title = 0;
  private failure: unknown;
  private readonly parser;

  constructor(
    private readonly file: string,
    private readonly shape: Shape,
    private readonly limit: number,
  ) {
    this.line = shape.skip + 1;
    this.parser = parse({
      ...asWritten(shape),
      max_record_size: largestRecord,
      on_record: (record: string[], info: { lines: number }) => {
        this.keep(record, shape.skip + info.lines);
        this.line = shape.skip + info.lines + 1;
        return null;
      },
    });
    this.parser.on("error", (error) => (this.failure ??= error));
    this.parser.resume();
  }

  get full(): boolean {
    return this.rows >= this.limit || (this.limit < Infinity && this.rows > 0 && this.text > headText);
  }

  async read(piece: string): Promise<void> {
    let text = piece;
    this.text += piece.length;
    if (this.head !== null) {
      this.head += piece;
      if (this.head.length < headSize) return;
      text = await this.begin();
    }
    await this.write(text);
  }

  async finish(): Promise<ColumnTable> {
    const header = await this.end();
    return tableOf(this.file, this.byName(header), this.rows);
  }

  /** Rows since `take` was called last. */
  get waiting(): number {
    return this.columns[0]?.length ?? 0;
  }

  /** Whether as many wait as a streamed source gives at a time. */
  get gives(): boolean {
    return isChunk(this.waiting, this.columns.length);
  }

  /** The rows that wait; they are forgotten here. Only once the header is known. */
  take(): RowChunk {
    const header = this.header ?? [];
    demandNames(this.file, header);
    const chunk = { columns: this.byName(header), rows: this.waiting };
    this.columns = header.map(() => []);
    return chunk;
  }

  private byName(header: readonly string[]): Map<string, string[]> {
    return new Map(header.map((name, i) => [name, this.columns[i]!]));
  }

  /** Reads to the end of what was written; gives the header. */
  async end(): Promise<readonly string[]> {
    if (this.head !== null) await this.write(await this.begin());
    if (!this.full) {
      const ended = Promise.race([heard(this.parser, "end"), heard(this.parser, "close")]);
      this.parser.end();
      if (this.failure === undefined) await ended;
      this.check();
    }
    this.close();
    if (!this.header) throw this.nothing();
    return this.header;
  }

  private nothing(): CodedError {
    const { skip } = this.shape;
    return new CodedError("empty-file", { file: this.file, ...(skip > 0 && { skip }) });
  }

  private close(): void {
    letGo(this.parser);
  }

  private async begin(): Promise<string> {
    const head = this.head ?? "";
    this.head = null;
    if (head.trim() === "") throw this.nothing();
    await this.judge(head);
    return head;
  }

  private async write(text: string): Promise<void> {
    const room = this.parser.write(text);
    this.check();
    if (!room && !this.full) await heard(this.parser, "drain");
    this.check();
  }

  /** `last`: the line on which it ends. */
  private keep(record: readonly string[], last: number): void {
    if (this.full) return;
    if (!this.header) {
      this.header = this.named(record);
      this.columns = this.header.map(() => []);
      if (this.shape.header === "first") return;
    }
    if (record.length !== this.header.length) {
      // Blank lines before it belong to no record.
      const line = last - (record.join("").match(/\r\n|\n|\r/g)?.length ?? 0);
      const data = { file: this.file, line, has: record.length, columns: this.header.length };
      this.failure ??= new CodedError("ragged-row", { ...data, ...(this.title > 0 && { skip: this.title }) });
      return;
    }
    record.forEach((value, i) => this.columns[i]!.push(value));
    this.rows++;
  }

  /** Throws what went wrong, in our words. */
  private check(): void {
    const error = this.failure;
    if (error === undefined || this.full) return;
    this.close();
    if (error instanceof CodedError) throw error;
    const { code, lines } = error as CsvError & { lines?: number };
    const { file } = this;
    switch (code) {
      case "CSV_MAX_RECORD_SIZE":
        throw new CodedError("giant-record", { file, line: this.line, limit: largestRecord });
      case "CSV_QUOTE_NOT_CLOSED":
        throw new CodedError("broken-quotes", { file, line: this.line, what: "open" });
      case "INVALID_OPENING_QUOTE":
        throw new CodedError("broken-quotes", { file, line: this.lineOf(lines), what: "inside" });
      case "CSV_INVALID_CLOSING_QUOTE":
        throw new CodedError("broken-quotes", { file, line: this.lineOf(lines), what: "after" });
      default:
        throw new CodedError("unreadable-file", { file, why: (error as Error).message }, { cause: error });
    }
  }

  private lineOf(parsed: number | undefined): number {
    return parsed === undefined ? this.line : this.shape.skip + parsed;
  }

  /**
   * Names of the columns, of the first record or as they are given; one without a name is called by its place (`column 1`).
   * Coded errors `column-names`, `duplicate-column`, `too-many-columns`.
   */
  private named(record: readonly string[]): readonly string[] {
    const { file } = this;
    const { header, names } = this.shape;
    demandColumns(file, record.length, null);
    if (names && names.length !== record.length)
      throw new CodedError("column-names", { file, names, first: record, line: this.line });
    const all = (names ?? (header === "none" ? record.map(() => "") : record)).map((name, i) =>
      name === "" ? placed(i) : name,
    );
    const seen = new Set<string>();
    const twice = all.find((name) => seen.size === seen.add(name).size);
    if (twice !== undefined)
      throw new CodedError("duplicate-column", { file, column: twice, ...(names && { given: true as const }) });
    return all;
  }

  /**
   * One column with the delimiter at hand, but several, equally many in header and rows, with another: that was meant. Lines
   * with fewer fields than all that follow are a title.
   */
  private async judge(head: string): Promise<void> {
    const { delimiter } = this.shape;
    const { found } = await beginning(head, this.shape, 20);
    const title = titleOf(found);
    this.title = title === 0 ? 0 : this.shape.skip + title;
    if (found[0]?.record.length !== 1) return;
    for (const likely of delimiters) {
      if (likely === delimiter) continue;
      const other = await beginning(head, { ...this.shape, delimiter: likely }, 10);
      const columns = other.found[0]?.record ?? [];
      const even = other.found.every(({ record }) => record.length === columns.length);
      if (columns.length > 1 && even && other.whole)
        throw new CodedError("wrong-delimiter", { file: this.file, delimiter, likely, columns });
    }
  }
}

/** Options of the parser. */
function asWritten({ delimiter, quote }: Shape) {
  return {
    ...{ delimiter, quote, escape: quote, record_delimiter: lineEnds },
    ...{ relax_column_count: true, skip_empty_lines: true },
  };
}

interface Found {
  readonly record: readonly string[];
  /** Lines before it, from where reading began. */
  readonly before: number;
}

/** The first `to` records. `whole`: they, or all that there are, can be read so. */
async function beginning(
  head: string,
  shape: Shape,
  to: number,
): Promise<{ readonly found: readonly Found[]; readonly whole: boolean }> {
  const found: Found[] = [];
  let before = 0;
  const parser = parse({
    ...asWritten(shape),
    // Not by the parser's own `to`: a browser's stand-in for streams knows no end before the last piece.
    on_record: (record: string[], info: { lines: number }) => {
      if (found.length < to) found.push({ record, before });
      before = info.lines;
      return null;
    },
  });
  let failed = false;
  parser.on("error", () => (failed = true));
  const ended = Promise.race([heard(parser, "end"), heard(parser, "close")]);
  parser.resume();
  parser.end(head);
  await ended;
  letGo(parser);
  return { found, whole: !failed || found.length >= to };
}

/** Lines before the first of at least three records that have equally many fields to the end, and more than those before. */
function titleOf(found: readonly Found[]): number {
  const width = found.at(-1)?.record.length ?? 0;
  const first = found.findLastIndex(({ record }) => record.length !== width) + 1;
  const isTitle = found.slice(0, first).every(({ record }) => record.length < width);
  return isTitle && found.length - first >= 3 ? (found[first]?.before ?? 0) : 0;
}
