/** Error codes of partitions. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface PartitionsCodeData {
  "empty-client": {
    readonly partition: string;
    readonly rows: number;
    readonly clients: number;
    /** Minimum number of rows per client. */
    readonly least: number;
    /** Concentration parameter that makes client sizes unequal; undefined if the call has none. */
    readonly alpha?: number;
  };
  "rows-without-client": { readonly column: string; readonly rows: readonly number[]; readonly count: number };
}

const rows = (count: number): string => (count === 1 ? "one row" : `${String(count)} rows`);

export const partitionsCodes: CodeTable<PartitionsCodeData> = {
  "empty-client": {
    severity: "error",
    message: (d) =>
      `\`${d.partition}\` cannot give each of ${d.clients} clients ${rows(d.least)} of ${d.rows}${d.alpha === undefined ? "" : ` with alpha ${String(d.alpha)}`}`,
    help: (d) => {
      const most = Math.floor(d.rows / d.least);
      if (most < 2) return "use data with more rows in this split";
      if (most < d.clients) return `use at most ${String(most)} clients${d.least > 1 ? ", or a lower `least`" : ""}`;
      return "write a larger `alpha`, fewer clients or a lower `least`";
    },
    explain:
      "A client without rows cannot train, and one with very few adds only noise. Random shares are drawn again until each client has its least number of rows. After many attempts this stops with an error, because shares forced further would no longer follow `alpha`.",
  },
  "rows-without-client": {
    severity: "error",
    message: (d) =>
      `${rows(d.count)} ${d.count === 1 ? "has" : "have"} no value in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })})`,
    help: () => "name the client of every row, or remove those rows from the data (`clean`)",
    explain:
      "With `column`, each value is one client, which has all rows with that value. A row without a value belongs to no client.",
  },
};
