/** Reads the rows of an SQLite database with a query in SQLite's dialect. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { bytesToText, wholeNumberValue } from "#stdlib/sources/shared/table-values.js";
import { CHUNK_ROWS } from "#stdlib/sources/shared/columns.js";
import type { SqlQueryToRun, RowChunk } from "#stdlib/data/contract.js";
import { nextEventLoopTurn } from "#platform/turn.js";
import { loadSqlPackage } from "./packages.js";

type Value = number | bigint | string | Uint8Array | null;
interface Sqlite {
  readonly Database: new (
    file: string,
    options: { readonly readOnly: true; readonly fileMustExist: true },
  ) => {
    prepare(sql: string): { iterate(): Iterable<Readonly<Record<string, Value>>>; finalize(): void };
    close(): void;
  };
}
const PACKAGE = "node-sqlite3-wasm";

export async function* readSqliteRows({ sql, limit }: SqlQueryToRun, file: string): AsyncGenerator<RowChunk> {
  const found = await loadSqlPackage<Sqlite & { readonly default?: Sqlite }>(PACKAGE, "an SQLite database");
  const { Database } = found.default ?? found;
  const database = failing(() => new Database(file, { readOnly: true, fileMustExist: true }));
  try {
    const statement = failing(() => database.prepare(sql.replace(/;\s*$/, "")));
    const rows = statement.iterate()[Symbol.iterator]();
    try {
      for (let left = limit; left > 0;) {
        const chunk = failing(() => nextRows(rows, Math.min(CHUNK_ROWS, left)));
        if (chunk.rows === 0) return;
        yield chunk;
        left -= chunk.rows;
        await nextEventLoopTurn();
      }
    } finally {
      rows.return?.();
      ended(() => statement.finalize());
    }
  } finally {
    database.close();
  }
}

function nextRows(rows: Iterator<Readonly<Record<string, Value>>>, most: number): RowChunk {
  const columns = new Map<string, unknown[]>();
  let count = 0;
  for (; count < most; count++) {
    const next = rows.next();
    if (next.done === true) break;
    for (const [name, value] of Object.entries(next.value)) {
      const columnValues = columns.get(name) ?? [];
      columns.set(name, columnValues);
      columnValues.push(
        typeof value === "bigint" ? wholeNumberValue(value) : value instanceof Uint8Array ? bytesToText(value) : value,
      );
    }
  }
  return { columns, rows: count };
}

/** SQLite repeats the error of a failed row here, so it is ignored. */
function ended(work: () => void): void {
  try {
    work();
  } catch {
    // reported before
  }
}

/** Throws the coded error `sql-fails`. */
function failing<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CodedError("sql-fails", { of: "SQLite", why: (cause as Error).message, at: null }, { cause });
  }
}
