/**
 * Reads the footer of a Parquet file: the tree of its columns, and the positions of each row group's pages. Positions
 * and lengths are checked against the file's size before use.
 */
import { parquetMetadata, parquetSchema, type ColumnMetaData, type SchemaTree } from "hyparquet";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FileBlocks } from "#platform/files.js";
import { detectFileKind } from "../file-kind.js";

export const PARQUET_FORMAT = "Parquet";
/** Maximum size of the footer, in bytes. */
const MOST_FOOTER = 2 ** 24;
const MARK = 4;
/** Size of the smallest file: magic bytes, an empty footer, its length, magic bytes. */
const SMALLEST = 3 * MARK;

export interface ParquetGroup {
  readonly rows: number;
  /** Column chunks by the path of their leaf, joined by dots. */
  readonly chunks: ReadonlyMap<string, ParquetChunk>;
}
export interface ParquetChunk {
  readonly meta: ColumnMetaData;
  /** Byte range in the file. */
  readonly from: number;
  readonly to: number;
}
export interface ParquetFooter {
  readonly root: SchemaTree;
  /** Top-level columns, each with its tree of lists and structs. */
  readonly columns: readonly SchemaTree[];
  readonly groups: readonly ParquetGroup[];
}

/** Coded errors `empty-file`, `not-of-format`, `broken-table`, `unpacks-too-large`. */
export async function readParquetFooter(blocks: FileBlocks, file: string): Promise<ParquetFooter> {
  if (blocks.size === 0) throw new CodedError("empty-file", { file });
  const broken = (why: string, cause?: unknown): CodedError =>
    new CodedError("broken-table", { file, format: PARQUET_FORMAT, where: "its end", why }, { cause });
  const head = await blocks.read(0, Math.min(64, blocks.size));
  if (blocks.size < SMALLEST || !isMark(head.subarray(0, MARK)))
    throw new CodedError("not-of-format", {
      file,
      format: PARQUET_FORMAT,
      found: detectFileKind(head, file)?.found ?? null,
    });
  const end = await blocks.read(blocks.size - 2 * MARK, blocks.size);
  if (textOf(end.subarray(MARK)) === "PARE")
    throw new CodedError("broken-table", { file, format: PARQUET_FORMAT, where: null, why: "it is encrypted" });
  if (!isMark(end.subarray(MARK))) throw broken("the mark that ends it is missing, so it was cut off");
  const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  if (length > blocks.size - SMALLEST) throw broken("its metadata are longer than the file");
  if (length > MOST_FOOTER)
    throw new CodedError("unpacks-too-large", {
      file,
      where: "its description of itself",
      size: length,
      limit: MOST_FOOTER,
      of: "bytes",
    });
  try {
    const metadata = parquetMetadata(await blocks.read(blocks.size - 2 * MARK - length, blocks.size), {
      geoparquet: false,
      parsers: { ...unread },
    });
    const root = parquetSchema(metadata);
    const filled = metadata.row_groups.filter((group) => group.num_rows !== 0n);
    const groups = filled.map((group): ParquetGroup => {
      const chunks = group.columns.map(({ meta_data: meta, file_path }): [string, ParquetChunk] => {
        if (!meta || file_path) throw new Error("its columns are in other files");
        return [meta.path_in_schema.join("."), placed(meta, blocks.size)];
      });
      return { rows: counted(group.num_rows), chunks: new Map(chunks) };
    });
    return { root, columns: root.children, groups };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw broken(error instanceof Error && error.message !== "" ? error.message : "it cannot be read", error);
  }
}

/** Statistics are not decoded, because their texts may be truncated and thus invalid. */
const unread = {
  jsonFromBytes: () => undefined,
  stringFromBytes: () => undefined,
  geometryFromBytes: () => undefined,
  geographyFromBytes: () => undefined,
};

function isMark(bytes: Uint8Array): boolean {
  return textOf(bytes) === "PAR1";
}
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function counted(value: bigint): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`it has ${value} rows in a row group`);
  return count;
}

function placed(meta: ColumnMetaData, size: number): ParquetChunk {
  const dictionary = Number(meta.dictionary_page_offset ?? 0);
  const data = Number(meta.data_page_offset);
  const from = dictionary > 0 && dictionary < data ? dictionary : data;
  const to = from + Number(meta.total_compressed_size);
  if (!(from >= MARK && to >= from && to <= size))
    throw new Error(`column "${meta.path_in_schema.join(".")}" is outside the file`);
  return { meta, from, to };
}
