/** CSV as RFC 4180 has it, streamed: the file passes in pieces, only the columns stay. Every value is a string. */
import { parse, type CsvError, type Parser } from "csv-parse";
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call } from "#dsl/types/value.js";
import type { RowChunk, SourceImplementation, SourceWorld } from "../kinds/data.js";
import { largestRecord } from "../lib/sources/codes.js";
import { demandColumns, demandNames, headText, isChunk, tableOf } from "../lib/sources/columns.js";
import { locate } from "#platform/files.js";
import { fileText } from "../lib/sources/text-file.js";

const delimiters = [",", ";", "\t", "|"];
const lineEnds = ["\r\n", "\n", "\r"];
/** Characters from the file's beginning by which the delimiter is judged. */
const headSize = 64 * 1024;

interface Arguments {
  readonly path: string;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly encoding?: string;
}

export const csv: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const reader = readerOf(call, limit);
    for await (const piece of pieces(call, world)) {
      await reader.read(piece);
      if (reader.full) break;
    }
    return reader.finish();
  },
  async *stream(call, world) {
    const reader = readerOf(call, Infinity);
    for await (const piece of pieces(call, world)) {
      await reader.read(piece);
      if (reader.gives) yield reader.take();
    }
    await reader.end();
    const rest = reader.take();
    if (rest.rows > 0) yield rest;
  },
};

function readerOf(call: Call, limit: number): Reader {
  const { path, delimiter, quote } = call.arguments as unknown as Arguments;
  return new Reader(
    path,
    delimiter ?? ",",
    quote === undefined || quote === "none" ? (quote ? null : '"') : quote,
    limit,
  );
}

async function* pieces(call: Call, world: SourceWorld): AsyncGenerator<string> {
  const { path, encoding } = call.arguments as unknown as Arguments;
  yield* fileText(await locate(world.folder, path), path, encoding ?? "utf-8");
}

/** Resolves when the parser says that, or that it failed: `check` tells which. */
function heard(parser: Parser, event: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    parser.once(event, done);
    parser.once("error", done);
  });
}

/** A browser's stand-in for Node's streams has nothing to let go of. */
function letGo(parser: Parser): void {
  (parser as Partial<Parser>).destroy?.();
}

class Reader {
  /** Text held back until there is enough of it to judge the delimiter. */
  private head: string | null = "";
  private header: readonly string[] | null = null;
  private columns: string[][] = [];
  private rows = 0;
  /** Characters that were read. */
  private text = 0;
  /** Line on which the next record starts. */
  private line = 1;
  private failure: unknown;
  private readonly parser;

  constructor(
    private readonly file: string,
    private readonly delimiter: string,
    private readonly quote: string | null,
    private readonly limit: number,
  ) {
    this.parser = parse({
      delimiter,
      quote,
      escape: quote,
      record_delimiter: lineEnds,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: largestRecord,
      on_record: (record: string[], info: { lines: number }) => {
        this.keep(record);
        this.line = info.lines + 1;
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
    if (!this.header) throw new CodedError("empty-file", { file: this.file });
    return this.header;
  }

  private close(): void {
    letGo(this.parser);
  }

  private async begin(): Promise<string> {
    const head = this.head ?? "";
    this.head = null;
    if (head.trim() === "") throw new CodedError("empty-file", { file: this.file });
    await this.judgeDelimiter(head);
    return head;
  }

  private async write(text: string): Promise<void> {
    const room = this.parser.write(text);
    this.check();
    if (!room && !this.full) await heard(this.parser, "drain");
    this.check();
  }

  private keep(record: readonly string[]): void {
    if (this.full) return;
    if (!this.header) {
      this.header = named(record, this.file);
      this.columns = this.header.map(() => []);
      return;
    }
    if (record.length !== this.header.length) {
      const data = { file: this.file, line: this.line, has: record.length, columns: this.header.length };
      this.failure ??= new CodedError("ragged-row", data);
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
        throw new CodedError("broken-quotes", { file, line: lines ?? this.line, what: "inside" });
      case "CSV_INVALID_CLOSING_QUOTE":
        throw new CodedError("broken-quotes", { file, line: lines ?? this.line, what: "after" });
      default:
        throw new CodedError("unreadable-file", { file, why: (error as Error).message }, { cause: error });
    }
  }

  /** One column with the delimiter at hand, but several, equally many in header and rows, with another: that was meant. */
  private async judgeDelimiter(head: string): Promise<void> {
    const found = await widths(head, this.delimiter, this.quote, 1);
    if (found?.header.length !== 1) return;
    for (const likely of delimiters) {
      if (likely === this.delimiter) continue;
      const other = await widths(head, likely, this.quote, 10);
      if (other && other.header.length > 1 && other.even)
        throw new CodedError("wrong-delimiter", {
          file: this.file,
          delimiter: this.delimiter,
          likely,
          columns: other.header,
        });
    }
  }
}

/** The header and whether the first `to` records have as many fields, split at a delimiter; null when they can't be read so. */
async function widths(
  head: string,
  delimiter: string,
  quote: string | null,
  to: number,
): Promise<{ header: string[]; even: boolean } | null> {
  const records: string[][] = [];
  const parser = parse({
    delimiter,
    quote,
    escape: quote,
    record_delimiter: lineEnds,
    relax_column_count: true,
    skip_empty_lines: true,
    // Not by the parser's own `to`: where a browser's stand-in for streams serves, it throws.
    on_record: (record: string[]) => {
      if (records.length < to) records.push(record);
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
  const header = records[0];
  const cut = failed && records.length < to;
  return cut || !header ? null : { header, even: records.every((r) => r.length === header.length) };
}

/** Names of the columns; one without a name is called by its place (`column 1`). */
function named(header: readonly string[], file: string): readonly string[] {
  demandColumns(file, header.length, null);
  const names = header.map((name, i) => (name === "" ? `column ${i + 1}` : name));
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw new CodedError("duplicate-column", { file, column: twice });
  return names;
}
