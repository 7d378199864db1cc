/** Reads a Parquet file in chunks, row group by row group, with at most a page of each column in memory. */
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { assembleNested } from "hyparquet/src/assemble.js";
import type { DecodedArray, SchemaTree } from "hyparquet";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import { openFileBlocks, type FileBlocks } from "#platform/files.js";
import type { RowChunk } from "../../../data/contract.js";
import { CHUNK_ROWS, checkColumnCount, refuseReservedColumnNames } from "../columns.js";
import { PARQUET_FORMAT, readParquetFooter, type ParquetFooter, type ParquetGroup } from "./footer.js";
import { parquetLeaves, type ParquetLeaf } from "./leaves.js";
import { ParquetLeafPageReader } from "./pages.js";

/** Target size of a chunk, in decompressed bytes. */
const CHUNK_BYTES = 2 ** 24;

export interface ParquetOptions {
  /** Columns to read if the file has all of them; otherwise all columns are read. */
  readonly columns?: readonly string[] | undefined;
  readonly onBytes?: ((read: number, total: number) => void) | undefined;
}
interface Column {
  readonly tree: SchemaTree;
  readonly leaves: readonly ParquetLeaf[];
}

/**
 * Yields at least one chunk, possibly without rows. Coded errors: those of tables. `file`: absolute path; `name`: the
 * name in errors.
 */
export async function* readParquetRows(
  file: string,
  name: string,
  options: ParquetOptions = {},
): AsyncGenerator<RowChunk> {
  const blocks = await openFileBlocks(file, name);
  try {
    const footer = await readParquetFooter(blocks, name);
    const columns = columnsOf(footer, name, options.columns);
    const all = footer.groups.reduce((sum, group) => sum + bytesOf(group, columns), 0);
    let read = 0;
    const onBytes = (count: number): void => options.onBytes?.((read += count), all);
    let some = false;
    for (const [index, group] of footer.groups.entries()) {
      for await (const chunk of rowsOf(blocks, name, columns, group, `row group ${index + 1}`, onBytes)) {
        some = true;
        yield chunk;
      }
    }
    await blocks.demandSame();
    if (!some) yield { columns: new Map(columns.map(({ tree }) => [nameOf(tree), []])), rows: 0 };
  } finally {
    await blocks.close();
  }
}

function columnsOf(
  { root, columns }: ParquetFooter,
  file: string,
  wanted: readonly string[] | undefined,
): readonly Column[] {
  checkColumnCount(file, columns.length, null);
  const names = columns.map(nameOf);
  refuseReservedColumnNames(file, names);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new CodedError("duplicate-column", { file, column: twice });
  const all = !wanted?.every((name) => names.includes(name));
  return columns
    .filter((tree) => all || wanted?.includes(nameOf(tree)))
    .map((tree) => ({ tree, leaves: parquetLeaves(root, tree, file) }));
}

function nameOf(tree: SchemaTree): string {
  return tree.element.name;
}

/** Returns the compressed size of the columns in the file. */
function bytesOf(group: ParquetGroup, columns: readonly Column[]): number {
  return leavesIn(columns).reduce((sum, leaf) => {
    const chunk = group.chunks.get(leaf.name);
    return sum + (chunk ? chunk.to - chunk.from : 0);
  }, 0);
}

function leavesIn(columns: readonly Column[]): readonly ParquetLeaf[] {
  return columns.flatMap(({ leaves }) => leaves);
}

async function* rowsOf(
  blocks: FileBlocks,
  file: string,
  columns: readonly Column[],
  group: ParquetGroup,
  where: string,
  onBytes: (count: number) => void,
): AsyncGenerator<RowChunk> {
  const pages = new Map(
    leavesIn(columns).map((leaf) => {
      const chunk = group.chunks.get(leaf.name);
      const place = `column ${leaf.name}, ${where}`;
      if (!chunk)
        throw new CodedError("broken-table", { file, format: PARQUET_FORMAT, where: place, why: "it is not there" });
      return [leaf, new ParquetLeafPageReader(blocks, file, chunk, leaf, place, onBytes)];
    }),
  );
  const unpacked = leavesIn(columns).reduce(
    (sum, leaf) => sum + Number(group.chunks.get(leaf.name)?.meta.total_uncompressed_size ?? 0),
    0,
  );
  const step = Math.max(1, Math.min(CHUNK_ROWS, Math.floor((CHUNK_BYTES * group.rows) / Math.max(1, unpacked))));
  for (let start = 0; start < group.rows; start += step) {
    const rows = Math.min(step, group.rows - start);
    const values = new Map<string, readonly unknown[]>();
    for (const { tree, leaves } of columns) {
      const parts: [string, unknown[]][] = [];
      for (const leaf of leaves) parts.push([leaf.name, await mustGet(pages, leaf, "leaf").take(rows)]);
      values.set(nameOf(tree), assembled(tree, parts, file, where));
    }
    yield { columns: values, rows };
  }
}

function assembled(tree: SchemaTree, parts: [string, unknown[]][], file: string, where: string): readonly unknown[] {
  if (tree.children.length === 0) return parts[0]![1];
  const columns = new Map<string, DecodedArray>(parts);
  try {
    assembleNested(columns, tree, DEFAULT_PARSERS);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new CodedError(
      "broken-table",
      { file, format: PARQUET_FORMAT, where: `${nameOf(tree)}, ${where}`, why },
      { cause },
    );
  }
  return Array.from(columns.get(nameOf(tree)) as ArrayLike<unknown>, (value) => value ?? null);
}
