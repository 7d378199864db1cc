/** Error codes for SQL queries. Lines and columns are positions in the query, from 1. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

interface Place {
  readonly line: number;
  readonly column: number;
}
/** The data of each code. */
export interface SqlCodeData {
  /** `by`: the random function in `order by`; null if there is no order. */
  "unordered-sql": Place & { readonly by: string | null };
  "sql-statement": Place & { readonly found: string | null };
  /** `why`: the database's message; `text`: the line of the query; `at` is null if the database gives no position. */
  "sql-fails": { readonly of: string; readonly why: string; readonly at: (Place & { readonly text: string }) | null };
  "sql-package": { readonly name: string; readonly reads: string };
  "sql-package-broken": { readonly name: string; readonly folder: string; readonly why: string };
}

export const sqlCodes: CodeTable<SqlCodeData> = {
  "unordered-sql": {
    severity: "error",
    message: (d) =>
      d.by === null
        ? `the query has no row order (line ${d.line}, column ${d.column})`
        : `the query orders rows randomly: \`${d.by}\` (line ${d.line}, column ${d.column})`,
    help: () => "end it with `order by` and a unique column, such as `order by id`",
    explain:
      "Without an order, a database returns rows in any order, which may differ next time. Splits, samples, batches and the content hash of the data would then change. An `order by` inside brackets does not order the result.",
  },
  "sql-statement": {
    severity: "error",
    message: (d) =>
      d.found === null
        ? "the query is empty"
        : `a query must be one statement that starts with \`select\`, \`with\` or \`from\`, but there is ${d.found} (line ${d.line}, column ${d.column})`,
    help: () => "write one query that reads rows; change files and databases with another tool",
    explain: "Queries only read data. Databases are opened read-only, and nothing is installed or attached.",
  },
  "sql-fails": {
    severity: "error",
    message: (d) =>
      `${d.of} cannot run the query: ${d.why}${d.at === null ? "" : ` (line ${d.at.line}, column ${d.at.column})`}`,
    help: (d) =>
      /Cannot access file/.test(d.why)
        ? 'name local files after `from` and `join` and in functions such as `read_csv`; read web addresses with `parquet("https://…")` and similar words'
        : "fix the query; it runs in the folder of the notebook",
    notes: (d) => (d.at === null ? [] : [d.at.text, `${" ".repeat(Math.max(0, d.at.column - 1))}^`]),
    explain:
      "The reason is the database's own message. Paths start from the notebook's folder. Nothing is downloaded, installed or written.",
  },
  "sql-package": {
    severity: "error",
    message: (d) => `${d.reads} needs the package ${d.name}, which is not installed`,
    help: () => "run `tunebook setup sql` once",
    explain:
      "DuckDB runs queries, and SQLite those of an SQLite database. The packages are large and not everybody needs them, so they are not part of Tunebook. Only packages that `tunebook setup sql` installed are used. A package in the notebook's folder is not loaded, because checking a file must not run code from its folder.",
  },
  "sql-package-broken": {
    severity: "error",
    message: (d) => `the package ${d.name} is installed but does not load: ${d.why}`,
    help: (d) => `remove the folder ${d.folder}, then run \`tunebook setup sql\``,
    explain:
      "DuckDB and SQLite run queries; `tunebook setup sql` installs them once for this machine. The installed package could not be loaded, for example because files are missing or because it was made for another system.",
  },
};
