/** Runs a query in DuckDB, or in SQLite for databases of its format. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { detectFileKind } from "#stdlib/sources/shared/file-kind.js";
import type { SqlQueryToRun, RowChunk } from "#stdlib/data/contract.js";
import { openFileBlocks, locateFile } from "#stdlib/platform/files.js";

const SQLITE = "SQLite format 3\0";

/** `folder`: the notebook's. Coded errors `sql-fails`, `sql-package`, `missing-file`, `not-of-format`. */
export async function* runQuery(query: SqlQueryToRun, folder: string, signal?: AbortSignal): AsyncGenerator<RowChunk> {
  const { database } = query;
  const file = database === null ? null : await locateFile(folder, database);
  if (file !== null && database !== null && (await formatOf(file, database)) === "SQLite") {
    const { readSqliteRows } = await import("./sqlite.js");
    yield* readSqliteRows(query, file);
    return;
  }
  const { readDuckdbRows } = await import("./duckdb.js");
  yield* readDuckdbRows(query, file, folder, signal);
}

/** Detects the format by the file's first bytes, regardless of its name. */
async function formatOf(file: string, name: string): Promise<"SQLite" | "DuckDB"> {
  const blocks = await openFileBlocks(file, name);
  try {
    const head = await blocks.read(0, Math.min(64, blocks.size));
    const text = Buffer.from(head).toString("latin1");
    if (text.startsWith(SQLITE)) return "SQLite";
    if (text.slice(8, 12) === "DUCK") return "DuckDB";
    const found = detectFileKind(head, name)?.found ?? null;
    throw new CodedError("not-of-format", { file: name, format: "DuckDB or SQLite", found });
  } finally {
    await blocks.close();
  }
}
