/**
 * Reads the values of one leaf column in one row group, page by page and as many rows as requested. Memory holds one
 * page per column, not a row group. The sizes and counts of a page are checked before memory is allocated for them.
 */
import type { DecodedArray, PageHeader, SchemaElement, SchemaTree } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { compressors } from "hyparquet-compressors";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FileBlocks } from "#platform/files.js";
import { PARQUET_FORMAT, type ParquetChunk } from "./footer.js";
import type { ParquetLeaf } from "./leaves.js";

/** Maximum bytes of one decompressed page; writers aim at one MiB, or a few. */
const MOST_BYTES = 2 ** 27;
/** Maximum values of one page: a constant column may have an entire row group in one. */
const MOST_VALUES = 2 ** 24;
/** Bytes first read for a page's header, and its maximum size: it may contain the smallest and the largest value. */
const HEADER = { first: 2 ** 16, most: 2 ** 22 };

type ColumnDecoder = Parameters<typeof readPage>[2];

export class ParquetLeafPageReader {
  private position: number;
  private dictionary: DecodedArray | undefined;
  /** Rows read but not yet taken; in a repeated column the last one may continue in the next page. */
  private waiting: unknown[] = [];
  private from = 0;
  private values = 0;
  private readonly decoder: ColumnDecoder;
  private readonly repeats: boolean;

  constructor(
    private readonly blocks: FileBlocks,
    private readonly file: string,
    private readonly chunk: ParquetChunk,
    private readonly leaf: ParquetLeaf,
    private readonly where: string,
    private readonly onBytes: (count: number) => void,
  ) {
    this.position = chunk.from;
    const { meta } = chunk;
    this.repeats = leaf.path.some(({ element }) => element.repetition_type === "REPEATED");
    this.decoder = {
      pathInSchema: meta.path_in_schema,
      type: meta.type,
      codec: meta.codec,
      compressors,
      utf8: false,
      element: leaf.plain,
      schemaPath: pathWith(leaf.path, leaf.plain),
      parsers: leaf.parsers,
    };
  }

  /** Returns the next `count` rows. Coded errors `broken-table`, `unpacks-too-large`, and those of values. */
  async take(count: number): Promise<unknown[]> {
    while (!this.has(count)) {
      if (this.position >= this.chunk.to) throw this.broken(`it ends ${count - this.whole} rows too early`);
      await this.next();
    }
    const rows = this.waiting.slice(this.from, this.from + count);
    this.from += count;
    if (!isWhole(rows)) throw this.broken("a page names values that are not there");
    return rows;
  }

  private get whole(): number {
    return this.waiting.length - this.from;
  }
  private has(count: number): boolean {
    const ended = this.position >= this.chunk.to;
    return this.whole >= count + (this.repeats && !ended ? 1 : 0);
  }

  private async next(): Promise<void> {
    const { header, length } = await this.header();
    const start = this.position + length;
    const size = header.compressed_page_size;
    if (!(size >= 0 && start + size <= this.chunk.to)) throw this.broken("a page is longer than its column");
    this.demandModest(header);
    const bytes = await this.blocks.read(start, start + size);
    this.position = start + size;
    this.onBytes(length + size);
    if (header.type === "INDEX_PAGE") return;
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const rest = this.waiting.slice(this.from);
    this.from = 0;
    try {
      if (header.type === "DICTIONARY_PAGE") {
        this.waiting = rest;
        const { data } = readPage(reader, header, this.decoder, undefined, undefined, 0);
        if (data) this.dictionary = convert(data, this.decoder);
        return;
      }
      const coded = (header.data_page_header ?? header.data_page_header_v2)?.encoding.endsWith("_DICTIONARY");
      if (coded && !this.dictionary) throw new Error("a page names values that are not there");
      const before = this.repeats && rest.length > 0 ? rest : undefined;
      const { data } = readPage(reader, header, this.decoder, this.dictionary, before, 0);
      this.waiting = before === data ? rest : joined(rest, data ?? []);
    } catch (error) {
      if (error instanceof CodedError) throw error;
      throw this.broken(error instanceof Error ? error.message : String(error), error);
    }
  }

  private async header(): Promise<{ readonly header: PageHeader; readonly length: number }> {
    for (let most = HEADER.first; ; most *= 8) {
      const bytes = await this.blocks.read(this.position, Math.min(this.position + most, this.chunk.to));
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
      try {
        return { header: parquetHeader(reader), length: reader.offset };
      } catch (error) {
        if (most < HEADER.most && this.position + most < this.chunk.to) continue;
        throw this.broken("a page has no header that can be read", error);
      }
    }
  }

  private demandModest(header: PageHeader): void {
    const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
    const values = (first ?? second ?? dictionary)?.num_values ?? 0;
    const unpacked = header.uncompressed_page_size;
    if (!(values >= 0 && unpacked >= 0)) throw this.broken("a page has less than no values");
    const { file, where } = this;
    if (unpacked > MOST_BYTES)
      throw new CodedError("unpacks-too-large", { file, where, size: unpacked, limit: MOST_BYTES, of: "bytes" });
    if (values > MOST_VALUES)
      throw new CodedError("unpacks-too-large", { file, where, size: values, limit: MOST_VALUES, of: "values" });
    if (dictionary) {
      if (values > unpacked) throw this.broken("its dictionary has more values than bytes");
      return;
    }
    this.values += values;
    if (this.values > Number(this.chunk.meta.num_values)) throw this.broken("it has more values than declared");
  }

  private broken(why: string, cause?: unknown): CodedError {
    return new CodedError(
      "broken-table",
      { file: this.file, format: PARQUET_FORMAT, where: this.where, why },
      { cause },
    );
  }
}

function pathWith(path: readonly SchemaTree[], element: SchemaElement): SchemaTree[] {
  return path.map((tree, i) => (i === path.length - 1 ? { ...tree, element } : tree));
}

/** Checks that no value is undefined, at any depth. */
function isWhole(rows: readonly unknown[]): boolean {
  return rows.every((row) => row !== undefined && (!Array.isArray(row) || isWhole(row)));
}

/** Joins both into one list; typed arrays become plain ones. */
function joined(before: readonly unknown[], more: DecodedArray): unknown[] {
  const all: unknown[] = before.length === 0 ? Array.from(more as ArrayLike<unknown>) : [...before];
  if (before.length > 0) for (const value of more as Iterable<unknown>) all.push(value);
  return all;
}
