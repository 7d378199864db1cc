/**
 * Runs a query in DuckDB and yields its rows in chunks. Memory is limited, the database is opened read-only, and only
 * the files named in the query are read. Nothing is fetched, installed, attached or written.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { locateFile } from "#stdlib/platform/files.js";
import { isPathPattern, parsePathPattern } from "#stdlib/files/path-patterns.js";
import { lineAndColumnIn } from "#stdlib/sources/shared/sql/statement.js";
import type { SqlQueryToRun, RowChunk } from "#stdlib/data/contract.js";
import { makePrivateFolder } from "../../../fetch/private.js";
import { cachePath } from "../../../fetch/cache.js";
import { loadSqlPackage } from "./packages.js";
import {
  bytesToText,
  dateText,
  decimalValue,
  timestampText,
  timeText,
  wholeNumberValue,
} from "#stdlib/sources/shared/table-values.js";

// Converts values of DuckDB like those of `parquet`: numbers that a double can't represent exactly become the text of
// their digits.

/** Value classes of DuckDB's package, by content. */
type Held = Readonly<Record<string, unknown>>;

export function fromDuckdbValue(value: unknown): unknown {
  if (typeof value === "bigint") return wholeNumberValue(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  const duckdbHeld = value as Held;
  const { days, micros, items, entries, scale, bytes } = duckdbHeld;
  if (typeof scale === "number" && typeof duckdbHeld["value"] === "bigint")
    return decimalValue(duckdbHeld["value"], scale);
  if (Array.isArray(items)) return items.map(fromDuckdbValue);
  if (Array.isArray(entries))
    return Object.fromEntries(
      (entries as { readonly key: unknown; readonly value: unknown }[]).map((one) => [
        String(fromDuckdbValue(one.key)),
        fromDuckdbValue(one.value),
      ]),
    );
  if (typeof entries === "object" && entries !== null)
    return Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, fromDuckdbValue(one)]));
  if (bytes instanceof Uint8Array) return bytesToText(bytes);
  const name = value.constructor.name;
  if (name === "DuckDBDateValue" && typeof days === "number") return dateText(days);
  if (name === "DuckDBTimeValue" && typeof micros === "bigint") return timeText(micros, "MICROS");
  const [, unit] = /^DuckDBTimestamp(|Seconds|Milliseconds|Nanoseconds|TZ)Value$/.exec(name) ?? [];
  if (unit !== undefined) {
    const unitFields = {
      Seconds: ["seconds", "SECONDS"],
      Milliseconds: ["millis", "MILLIS"],
      Nanoseconds: ["nanos", "NANOS"],
    } as const;
    const [field, of_] = unitFields[unit as keyof typeof unitFields] ?? (["micros", "MICROS"] as const);
    if (typeof duckdbHeld[field] === "bigint") return timestampText(duckdbHeld[field], of_, unit === "TZ");
  }
  return String(value);
}

const PACKAGE = "@duckdb/node-api";
/** Memory limit of sorts and joins; the rest is written to the cache folder temporarily. */
const MEMORY = "1GB";

/** Names of files with rows; other texts may be table names. */
const ROWS = /\.(?:parquet|csv|tsv|txt|json|jsonl|ndjson)(?:\.(?:gz|zst))?$/i;

/** The part of DuckDB's package that is used. */
interface DuckDB {
  readonly DuckDBInstance: {
    create(file: string, options: Readonly<Record<string, string>>): Promise<Instance>;
  };
  readonly StatementType: Readonly<Record<string, number | string>>;
}
interface Instance {
  connect(): Promise<Connection>;
  closeSync(): void;
}
interface Connection {
  run(sql: string): Promise<unknown>;
  extractStatements(sql: string): Promise<{
    readonly count: number;
    prepare(index: number): Promise<{ readonly statementType: number; destroySync(): void }>;
  }>;
  stream(sql: string): Promise<Result>;
  interrupt(): void;
  closeSync(): void;
}
interface Result {
  columnNames(): readonly string[];
  fetchChunk(): Promise<{ readonly rowCount: number; getColumns(): readonly (readonly unknown[])[] } | null>;
}

/** `file`: absolute path of the database. `signal`: ends a long-running query. */
export async function* readDuckdbRows(
  query: SqlQueryToRun,
  file: string | null,
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<RowChunk> {
  const duckdb = await loadSqlPackage<DuckDB>(PACKAGE, "`sql`");
  const placedQuery = placed(query, folder);
  for (const name of placedQuery.missing) await locateFile(folder, name);
  const fails = (error: unknown): CodedError => {
    signal?.throwIfAborted();
    return toQueryError(error, query.sql, placedQuery);
  };
  makePrivateFolder(cachePath("sql"));
  const spill = mkdtempSync(cachePath("sql", "spill-"));
  const instance = await duckdb.DuckDBInstance.create(file ?? ":memory:", {
    temp_directory: spill,
    memory_limit: MEMORY,
    errors_as_json: "true",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    ...(file !== null && { access_mode: "READ_ONLY" }),
  }).catch((error: unknown) => {
    rmSync(spill, { recursive: true, force: true });
    throw fails(error);
  });
  let connection: Connection | undefined;
  const interrupt = (): void => connection?.interrupt();
  signal?.addEventListener("abort", interrupt);
  try {
    connection = await instance.connect();
    for (const setting of guards(placedQuery)) await connection.run(setting);
    yield* rowsOf(connection, placedQuery.sql, query.limit, duckdb, fails, signal);
  } finally {
    signal?.removeEventListener("abort", interrupt);
    connection?.closeSync();
    instance.closeSync();
    rmSync(spill, { recursive: true, force: true });
  }
}

async function* rowsOf(
  connection: Connection,
  sql: string,
  limit: number,
  { StatementType }: DuckDB,
  fails: (error: unknown) => CodedError,
  signal?: AbortSignal,
): AsyncGenerator<RowChunk> {
  const coded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw fails(error);
    });
  const prepared = await coded(connection.extractStatements(sql).then((all) => all.prepare(0)));
  const { statementType } = prepared;
  prepared.destroySync();
  if (statementType !== StatementType["SELECT"])
    throw new CodedError("sql-statement", { line: 1, column: 1, found: "one that does something else" });
  // With a limit, DuckDB finds the first rows of an order without a full sort.
  const whole = limit === Infinity ? sql : `select * from (${sql.replace(/;\s*$/, "")}\n) limit ${String(limit)}`;
  const result = await coded(connection.stream(whole));
  const names = result.columnNames();
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new CodedError("sql-fails", {
      of: "DuckDB",
      at: null,
      why: `two of its columns are called "${twice}"; name one otherwise, with \`as\``,
    });
  for (let some = false; ; some = true) {
    signal?.throwIfAborted();
    const chunk = await coded(result.fetchChunk());
    if (!chunk || chunk.rowCount === 0) {
      // A result without rows still has columns.
      if (!some) yield { rows: 0, columns: new Map(names.map((name) => [name, []])) };
      return;
    }
    const columns = chunk.getColumns();
    yield {
      rows: chunk.rowCount,
      columns: new Map(names.map((name, i) => [name, (columns[i] ?? []).map(fromDuckdbValue)])),
    };
  }
}

interface Asked {
  /** The query with absolute paths in place of the given ones. */
  readonly sql: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names that look like files with rows but don't exist. */
  readonly missing: readonly string[];
  /** Replacements, by their position in the query. */
  readonly moved: readonly { readonly from: number; readonly to: number; readonly length: number }[];
}

/** Resolves files against the notebook's folder; DuckDB would resolve them against the process's working directory. */
function placed({ sql, tables }: SqlQueryToRun, folder: string): Asked {
  const [files, folders, missing]: [string[], string[], string[]] = [[], [], []];
  const moved: { from: number; to: number; length: number }[] = [];
  let text = "";
  let start = 0;
  for (const { text: name, from, to } of tables) {
    const full = resolve(folder, name);
    const isFile = statSync(full, { throwIfNoEntry: false })?.isFile() === true;
    if (/^\w{2,}:\/\//.test(name) || (!isFile && !isPathPattern(name) && !ROWS.test(name))) continue;
    if (!isFile && !isPathPattern(name)) missing.push(name);
    else if (isFile) files.push(full);
    else folders.push(resolve(folder, parsePathPattern(name).root));
    const put = `'${full.replaceAll("'", "''")}'`;
    text += sql.slice(start, from) + put;
    moved.push({ from, to, length: put.length });
    start = to;
  }
  return { sql: text + sql.slice(start), files, folders, missing, moved };
}

/** Restricts access to the files named in the query. */
function guards({ files, folders }: Asked): readonly string[] {
  const list = (paths: readonly string[]): string =>
    `[${paths.map((one) => `'${one.replaceAll("'", "''")}'`).join(", ")}]`;
  return [
    `set allowed_paths = ${list(files)}`,
    `set allowed_directories = ${list(folders.map((one) => join(one, "/")))}`,
    "set enable_external_access = false",
    "set lock_configuration = true",
  ];
}

/** Converts DuckDB's message and maps its position to the query as written. */
function toQueryError(error: unknown, sql: string, { sql: given, moved, files }: Asked): CodedError {
  const message = (error as Error).message;
  const { exception_message: why = message, position } = detailsIn(message);
  const place =
    position === undefined
      ? null
      : originally(Buffer.from(given).subarray(0, Number(position)).toString().length, moved);
  const errorPlace = place === null ? null : lineAndColumnIn(sql, Math.min(place, sql.length));
  const named = files.reduce((text, file) => text.replaceAll(`${dirname(file)}/`, ""), String(why));
  return new CodedError(
    "sql-fails",
    {
      of: "DuckDB",
      why: named.split("\n")[0]?.trim() ?? named,
      at: errorPlace && { ...errorPlace, text: sql.split("\n")[errorPlace.line - 1] ?? "" },
    },
    { cause: error },
  );
}

function detailsIn(message: string): { readonly exception_message?: string; readonly position?: string } {
  try {
    const details: unknown = JSON.parse(message.slice(message.indexOf("{")));
    return isRecord(details) ? details : {};
  } catch {
    return {};
  }
}

/** Maps a position in the executed query to the query as written. */
function originally(position: number, moved: Asked["moved"]): number {
  let shift = 0;
  for (const { from, to, length } of moved) {
    if (position < from + shift) break;
    if (position < from + shift + length) return from;
    shift += length - (to - from);
  }
  return position - shift;
}
