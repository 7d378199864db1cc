/**
 * Streaming CSV reader (RFC 4180): the file is read in pieces and only the columns stay in memory. All values are
 * strings.
 */
import { parse, type CsvError, type Parser } from "csv-parse";
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../data/contract.js";
import { MAX_RECORD_CHARACTERS } from "./shared/codes.js";
import {
  checkColumnCount,
  refuseReservedColumnNames,
  checkRowLimit,
  COLUMN_DETECTION_CHARACTERS,
  isFullChunk,
  columnTableOf,
} from "./shared/columns.js";
import { locateFile } from "#platform/files.js";
import { suggestColumnNames, headerLooksLikeData, lineLooksLikeTitle } from "./shared/header-detection.js";
import {
  csvParserOptions,
  detectCsvShape,
  waitForParser,
  destroyParser,
  titleLineCount,
  type CsvShape,
} from "./shared/csv-shape.js";
import { readTextPieces } from "./shared/text-file.js";
import { encodingOfCall, argumentIfWritten } from "./shared/detected-parameters.js";
import { sourceOverFiles } from "./shared/over-files.js";
import { word } from "./csv.js";

/** Characters at the beginning of the file that are used to detect the delimiter. */
const headSize = 64 * 1024;
/** Maximum columns for which names are suggested. */
const MOST_NAMED = 12;

interface Reading {
  /** Parameters that the program sets; the others are detected. */
  readonly written: { readonly delimiter?: string; readonly quote?: string | null };
  readonly header: "first" | "none";
  readonly names: readonly string[] | null;
  /** Lines to skip. */
  readonly skip: number;
  readonly onFound: ((what: string) => void) | undefined;
}

const oneFile = {
  async open(call: Call, world: SourceContext, limit = Infinity) {
    const reader = readerOf(call, world, limit);
    for await (const piece of pieces(call, world)) {
      await reader.read(piece);
      if (reader.full) break;
    }
    return reader.finish();
  },
  async *stream(call: Call, world: SourceContext): AsyncGenerator<RowChunk> {
    const reader = readerOf(call, world, Infinity);
    for await (const piece of pieces(call, world)) {
      await reader.read(piece);
      if (reader.gives) yield reader.take();
    }
    await reader.end();
    const rest = reader.take();
    if (rest.rows > 0) yield rest;
  },
  headless(call: Call, columns: ReadonlyMap<string, ArrayLike<unknown>>): string | undefined {
    const { path, header, names, skip } = argumentsWithDefaults(word, call);
    if (columns.keys().next().value?.startsWith("__label__")) return `fasttext(${JSON.stringify(path)})`;
    if (names) return undefined;
    const suggestion = columns.size > MOST_NAMED ? undefined : `names: [${suggestColumnNames(columns).join(", ")}]`;
    if (header !== undefined) return header === "none" ? suggestion : undefined;
    if (!skip && lineLooksLikeTitle([...columns.keys()].map((name, i) => (name === placed(i) ? "" : name))))
      return "skip: 1";
    if (!headerLooksLikeData(columns)) return undefined;
    return suggestion === undefined ? "header: none" : `header: none, ${suggestion}`;
  },
};

export const csv: SourceImplementation = sourceOverFiles(oneFile, { alike: true });

/** Returns the name of a column without one. */
function placed(index: number): string {
  return `column ${index + 1}`;
}

function readerOf(call: Call, { found }: SourceContext, limit: number): Reader {
  const { path, header, names, skip } = argumentsWithDefaults(word, call);
  const [delimiter, quote] = [argumentIfWritten(call, "delimiter", ","), argumentIfWritten(call, "quote", '"')];
  if (names && header === undefined) throw new CodedError("header-unsaid", { file: path, names });
  const reading: Reading = {
    written: {
      ...(delimiter !== undefined && { delimiter }),
      ...(quote !== undefined && { quote: quote === "none" ? null : quote }),
    },
    header: header ?? "first",
    names: names ?? null,
    skip: skip ?? 0,
    onFound: found && ((what) => found(path, what)),
  };
  return new Reader(path, reading, limit);
}

async function* pieces(call: Call, world: SourceContext): AsyncGenerator<string> {
  const { path, skip } = argumentsWithDefaults(word, call);
  yield* afterLines(readTextPieces(await locateFile(world.folder, path), path, encodingOfCall(call), world), skip ?? 0);
}

/** Yields a text without its first lines, whatever they contain. */
async function* afterLines(pieces: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let [left, returned, begun] = [count, false, false];
  for await (const piece of pieces) {
    let position = 0;
    for (; position < piece.length && (left > 0 || returned); position++) {
      const character = piece[position];
      const ended = returned;
      returned = false;
      if (ended && character === "\n") continue;
      if (left === 0) break;
      returned = character === "\r";
      if (returned || character === "\n") left--;
    }
    const rest = piece.slice(position);
    // Removes a byte order mark that a program wrote before its table.
    if (rest !== "") yield begun || count === 0 ? rest : rest.replace(/^\ufeff/, "");
    begun ||= rest !== "";
  }
}

class Reader {
  /** Text buffered until there is enough of it to detect the delimiter. */
  private head: string | null = "";
  private header: readonly string[] | null = null;
  private columns: string[][] = [];
  private rows = 0;
  /** Characters read so far. */
  private text = 0;
  /** Line of the file on which the next record starts. */
  private line: number;
  /** Number of lines at the beginning that look like a title; 0 if none. */
  private title = 0;
  private failure: unknown;
  private parser: Parser | null = null;

  constructor(
    private readonly file: string,
    private readonly reading: Reading,
    private readonly limit: number,
  ) {
    this.line = reading.skip + 1;
  }

  private parserOf(shape: CsvShape): Parser {
    const { skip } = this.reading;
    const parser = parse({
      ...csvParserOptions(shape),
      max_record_size: MAX_RECORD_CHARACTERS,
      on_record: (record: string[], info: { lines: number }) => {
        this.keep(record, skip + info.lines);
        this.line = skip + info.lines + 1;
        return null;
      },
    });
    parser.on("error", (error) => (this.failure ??= error));
    parser.resume();
    return parser;
  }

  get full(): boolean {
    return (
      this.rows >= this.limit || (this.limit < Infinity && this.rows > 0 && this.text > COLUMN_DETECTION_CHARACTERS)
    );
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
    checkRowLimit(this.file, this.waiting);
  }

  async finish(): Promise<ColumnTable> {
    const header = await this.end();
    return columnTableOf(this.file, this.byName(header), this.rows);
  }

  /** Rows read since `take` was last called. */
  get waiting(): number {
    return this.columns[0]?.length ?? 0;
  }

  /** Whether enough rows are waiting for a chunk of a streamed source. */
  get gives(): boolean {
    return isFullChunk(this.waiting, this.columns.length);
  }

  /** Returns and clears the waiting rows. May be called only once the header is known. */
  take(): RowChunk {
    const header = this.header ?? [];
    refuseReservedColumnNames(this.file, header);
    const chunk = { columns: this.byName(header), rows: this.waiting };
    this.columns = header.map(() => []);
    return chunk;
  }

  private byName(header: readonly string[]): Map<string, string[]> {
    return new Map(header.map((name, i) => [name, this.columns[i]!]));
  }

  /** Parses the rest of the text and returns the header. */
  async end(): Promise<readonly string[]> {
    if (this.head !== null) await this.write(await this.begin());
    const { parser } = this;
    if (parser && !this.full) {
      const ended = Promise.race([waitForParser(parser, "end"), waitForParser(parser, "close")]);
      parser.end();
      if (this.failure === undefined) await ended;
      this.check();
    }
    this.close();
    if (!this.header) throw this.nothing();
    return this.header;
  }

  private nothing(): CodedError {
    const { skip } = this.reading;
    return new CodedError("empty-file", { file: this.file, ...(skip > 0 && { skip }) });
  }

  private close(): void {
    if (this.parser) destroyParser(this.parser);
  }

  private async begin(): Promise<string> {
    const head = this.head ?? "";
    this.head = null;
    if (head.trim() === "") throw this.nothing();
    this.parser = this.parserOf(await this.judge(head));
    return head;
  }

  private async write(text: string): Promise<void> {
    const { parser } = this;
    if (!parser) throw new CodedError("internal", { what: "text came before its shape was known" });
    const room = parser.write(text);
    this.check();
    if (!room && !this.full) await waitForParser(parser, "drain");
    this.check();
  }

  /** `last`: the line on which the record ends. */
  private keep(record: readonly string[], last: number): void {
    if (this.full) return;
    if (!this.header) {
      this.header = this.named(record);
      this.columns = this.header.map(() => []);
      if (this.reading.header === "first") return;
    }
    if (record.length !== this.header.length) {
      // Blank lines before a record do not belong to it.
      const line = last - (record.join("").match(/\r\n|\n|\r/g)?.length ?? 0);
      const data = { file: this.file, line, has: record.length, columns: this.header.length };
      this.failure ??= new CodedError("ragged-row", { ...data, ...(this.title > 0 && { skip: this.title }) });
      return;
    }
    record.forEach((value, i) => this.columns[i]!.push(value));
    this.rows++;
  }

  /** Throws the parser's failure as a coded error. */
  private check(): void {
    const error = this.failure;
    if (error === undefined || this.full) return;
    this.close();
    if (error instanceof CodedError) throw error;
    const { code, lines } = error as CsvError & { lines?: number };
    const { file } = this;
    switch (code) {
      case "CSV_MAX_RECORD_SIZE":
        throw new CodedError("giant-record", { file, line: this.line, limit: MAX_RECORD_CHARACTERS });
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
    return parsed === undefined ? this.line : this.reading.skip + parsed;
  }

  /**
   * Returns the column names: from the first record, or as given. A column without a name is called by its position
   * (`column 1`). Coded errors `column-names`, `duplicate-column`, `too-many-columns`.
   */
  private named(record: readonly string[]): readonly string[] {
    const { file } = this;
    const { header, names } = this.reading;
    checkColumnCount(file, record.length, null);
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
   * Detects how the file is split, and reports it if it isn't the usual way. Lines with fewer fields than all that
   * follow are a title.
   */
  private async judge(head: string): Promise<CsvShape> {
    const { written, skip, onFound } = this.reading;
    const { shape, records, notes } = await detectCsvShape(head, this.file, written);
    const title = titleLineCount(records);
    this.title = title === 0 ? 0 : skip + title;
    if (notes.length > 0) onFound?.(notes.join(", "));
    return shape;
  }
}
