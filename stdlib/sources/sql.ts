import { defineWord } from "#dsl/language/types/define.js";
import { streamParameter } from "./shared/parameters.js";
import { queryProblem } from "./shared/sql/demand.js";
import { parseStatement } from "./shared/sql/statement.js";

export const word = defineWord({
  kind: "source",
  name: "sql",
  doc: "Rows of a query over files (Parquet, CSV, JSON) and databases, run by DuckDB, or by SQLite for an SQLite database. Read-only: one statement that starts with `select`, `with` or `from`, over files of this machine that it names. Its rows need an order, so it ends with `order by`. DuckDB is installed by `tunebook setup sql`.",
  example: "source: sql(\"select body, team from 'tickets.parquet' where year >= 2025 order by id\")",
  elsewhere: {
    sqlite: "sql",
    duckdb: "sql",
    read_sql: "sql",
    query: "query",
    statement: "query",
    db: "database",
    file: "database",
    path: "database",
    con: "database",
  },
  advice: {
    params: "write the values into the query; a parameter of the program is put in by `${name}` of TypeScript",
  },
  parameters: [
    {
      name: "query",
      type: { is: "string" },
      doc: "One query, in DuckDB's SQL (SQLite's for an SQLite database). Files are tables, in quotes: `from 'part-*.parquet'`; relative paths start from the notebook's folder.",
      positional: true,
      required: true,
      why: "The query is written where its rows are used.",
      impact: "high",
    },
    {
      name: "database",
      type: { is: "string" },
      suggests: { from: "files", endings: [".duckdb", ".sqlite", ".sqlite3", ".db"] },
      doc: "A DuckDB or SQLite file with the tables of the query; opened read-only.",
      default: { derived: "none: the query names files", from: () => null },
      why: "Files need no database around them.",
      impact: "high",
    },
    streamParameter,
  ],
  capabilities: {
    fileNames: ({ arguments: { query, database } }) => [
      ...(typeof query === "string" ? parseStatement(query).tables.map(({ text }) => text) : []),
      ...(typeof database === "string" ? [database] : []),
    ],
  },
  check(call, context) {
    const { query } = call.arguments;
    const found = typeof query === "string" ? queryProblem(query) : null;
    if (found) context.report(found.code, found.data, "query");
  },
  load: async () => (await import("./sql.run.js")).sql,
});
