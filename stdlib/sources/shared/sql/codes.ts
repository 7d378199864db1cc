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
        ? `the rows of the query come in no order (line ${d.line}, column ${d.column})`
        : `the rows of the query come in an order by chance: \`${d.by}\` (line ${d.line}, column ${d.column})`,
    help: () => "end it with `order by` and a column that tells rows apart, such as `order by id`",
    explain:
      "A database gives rows in any order unless it is told one, and in another the next time: splits, samples and batches would not be the same again, nor would the content hash of the data. An `order by` inside brackets orders nothing of what comes out.",
  },
  "sql-statement": {
    severity: "error",
    message: (d) =>
      d.found === null
        ? "the query is empty"
        : `a query is one statement that begins with \`select\`, \`with\` or \`from\`: there is ${d.found} (line ${d.line}, column ${d.column})`,
    help: () => "write one query that reads rows; change files and databases with another tool",
    explain:
      "Data are read by queries and never changed by them: databases are opened read-only, and nothing is installed or attached.",
  },
  "sql-fails": {
    severity: "error",
    message: (d) =>
      `${d.of} can't run the query: ${d.why}${d.at === null ? "" : ` (line ${d.at.line}, column ${d.at.column})`}`,
    help: (d) =>
      /Cannot access file/.test(d.why)
        ? 'a query reads the files that it names after `from` and `join` and in functions such as `read_csv`, of this machine alone; what lies at an address is read by `parquet("https://…")` and others'
        : "mend the query; it runs in the folder of the notebook",
    notes: (d) => (d.at === null ? [] : [d.at.text, `${" ".repeat(Math.max(0, d.at.column - 1))}^`]),
    explain:
      "What the database says of the query stands there in its own words. Paths start from the notebook's folder; nothing is fetched, installed or written.",
  },
  "sql-package": {
    severity: "error",
    message: (d) => `${d.reads} needs the package ${d.name}, which isn't installed`,
    help: () => "run `tunebook setup sql` once",
    explain:
      "Queries are run by DuckDB, and those of an SQLite database by SQLite. The packages are large and not everybody asks queries, so they don't come with Tunebook. Only the packages that `tunebook setup sql` installed are used: a package in the notebook's folder is not loaded, because checking a file must not run code that came with it.",
  },
  "sql-package-broken": {
    severity: "error",
    message: (d) => `the package ${d.name} is installed but does not load: ${d.why}`,
    help: (d) => `remove the folder ${d.folder}, then run \`tunebook setup sql\``,
    explain:
      "Queries are run by DuckDB and SQLite, which `tunebook setup sql` installs once for this machine. The installed package could not be loaded, for example because files are missing or because it was made for another system.",
  },
};
