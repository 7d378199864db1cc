/**
 * Reads the rows of a SQL query, in the query's order. The context provides the database (kernel/data/sources/sql).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../data/contract.js";
import { tableFromChunks } from "./shared/gathered-chunks.js";
import { checkQuery } from "./shared/sql/demand.js";
import { word } from "./sql.js";

export const sql: SourceImplementation = {
  open: (call, world, limit = Infinity) => tableFromChunks("the query", chunks(call, world, limit), limit),
  stream: (call, world) => chunks(call, world, Infinity),
};

/** Coded errors `unordered-sql`, `sql-statement`, `sql-fails`, `sql-package`, and those of files. */
async function* chunks(call: Call, world: SourceContext, limit: number): AsyncGenerator<RowChunk> {
  const { query, database } = argumentsWithDefaults(word, call);
  const { tables } = checkQuery(query);
  if (!world.query) throw new CodedError("not-on-page", { word: "sql" });
  yield* world.query({ sql: query, tables, database: database ?? null, limit });
}
