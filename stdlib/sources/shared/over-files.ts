/**
 * Extends a source of one file to all files that a path matches, as one table. Rows are in the order of the file names
 * and numbered continuously from the first file.
 */
import { table, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { filesMatching, locateFile, fileSize } from "#platform/files.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../../data/contract.js";
import { checkRowLimit, tableWithRowNumbers } from "./columns.js";

interface OneFile extends SourceImplementation {
  stream(call: Call, world: SourceContext): AsyncIterable<RowChunk>;
}

/**
 * `alike`: each file declares its columns, and all must have the same (`files-differ`); otherwise columns may differ
 * per row.
 */
export function sourceOverFiles<S extends SourceImplementation>(one: S, options: { readonly alike: boolean }): S {
  const stream = isStreamed(one)
    ? { stream: (call: Call, world: SourceContext) => chunks(one, call, world, options) }
    : {};
  return {
    ...one,
    ...stream,
    async open(call: Call, world: SourceContext, limit = Infinity) {
      const files = filesMatching(world.folder, pathOf(call));
      if (files.length === 1) return one.open(callForPath(call, files[0]!), world, limit);
      const tables: ColumnTable[] = [];
      const demand = options.alike ? sameColumnsCheck() : undefined;
      let rows = 0;
      for (const file of files) {
        if (rows >= limit) break;
        const fileTable = await one.open(callForPath(call, file), world, limit - rows);
        demand?.(file, fileTable.columnNames());
        tables.push(fileTable);
        rows += fileTable.numRows();
        checkRowLimit(pathOf(call), rows);
      }
      return together(tables);
    },
  };
}

function isStreamed(one: SourceImplementation): one is OneFile {
  return one.stream !== undefined;
}

function pathOf(call: Call): string {
  return call.arguments["path"] as string;
}

function callForPath(call: Call, path: string): Call {
  return { ...call, arguments: { ...call.arguments, path } };
}

export interface NamedFile {
  /** Absolute path. */
  readonly file: string;
  /** Path relative to the notebook's folder. */
  readonly name: string;
  readonly onBytes: (read: number, total: number) => void;
}

/**
 * Yields the files that a path matches, in order; the bytes read are reported as progress over all files. Coded errors
 * `no-files`, `missing-file`.
 */
export async function* openEachFile(path: string, world: SourceContext): AsyncGenerator<NamedFile> {
  const files: { readonly name: string; readonly file: string; readonly size: number }[] = [];
  for (const name of filesMatching(world.folder, path)) {
    const file = await locateFile(world.folder, name);
    files.push({ name, file, size: await fileSize(file) });
  }
  const all = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const { name, file, size } of files) {
    const from = before;
    yield { name, file, onBytes: (read, total) => world.onBytes?.(from + size * (total > 0 ? read / total : 0), all) };
    before += size;
  }
}

async function* chunks(
  one: OneFile,
  call: Call,
  world: SourceContext,
  { alike }: { readonly alike: boolean },
): AsyncGenerator<RowChunk> {
  const demand = alike ? sameColumnsCheck() : undefined;
  for await (const { name, onBytes } of openEachFile(pathOf(call), world)) {
    let first = true;
    for await (const chunk of one.stream(callForPath(call, name), { ...world, onBytes })) {
      if (first) demand?.(name, chunk.columns.keys());
      first = false;
      yield chunk;
    }
  }
}

/** Coded error `files-differ`. */
export function sameColumnsCheck(): (file: string, columns: Iterable<string>) => void {
  let first: { readonly file: string; readonly columns: ReadonlySet<string> } | undefined;
  return (file, names) => {
    const columns = new Set([...names].filter((name) => name !== "$row"));
    first ??= { file, columns };
    const known = first.columns;
    const lacks = [...known].filter((name) => !columns.has(name));
    const more = [...columns].filter((name) => !known.has(name));
    if (lacks.length + more.length > 0) throw new CodedError("files-differ", { file, first: first.file, lacks, more });
  };
}

function together(tables: readonly ColumnTable[]): ColumnTable {
  const names = new Set(tables.flatMap((one) => one.columnNames()).filter((name) => name !== "$row"));
  const rows = tables.reduce((sum, one) => sum + one.numRows(), 0);
  const columns = [...names].map((name): [string, unknown[]] => {
    const values: unknown[] = [];
    for (const one of tables) {
      const column = one.columnNames().includes(name) ? one.array(name) : null;
      for (let i = 0; i < one.numRows(); i++) values.push(column ? (column as ArrayLike<unknown>)[i] : null);
    }
    return [name, values];
  });
  if (columns.length === 0) return table({ $row: [] });
  return tableWithRowNumbers(
    new Map(columns),
    Array.from({ length: rows }, (_, i) => i + 1),
  );
}
