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
      `\`${d.partition}\` can't give each of ${d.clients} clients ${rows(d.least)} of ${d.rows}${d.alpha === undefined ? "" : ` with alpha ${String(d.alpha)}`}`,
    help: (d) => {
      const most = Math.floor(d.rows / d.least);
      if (most < 2) return "take data with more rows in this split";
      if (most < d.clients)
        return `ask for ${String(most)} clients at most${d.least > 1 ? ", or for a lower `least`" : ""}`;
      return "write a larger `alpha`, fewer clients or a lower `least`";
    },
    explain:
      "A client without rows has nothing to learn from and nothing to say; one with a few is all noise. Where shares are drawn by chance they are drawn again and again until each client has its least number of rows; at some point that is given up, since what would be left by then is not what `alpha` says.",
  },
  "rows-without-client": {
    severity: "error",
    message: (d) =>
      `${rows(d.count)} ${d.count === 1 ? "has" : "have"} nothing in the column "${d.column}" (row ${listNames(d.rows.map(String), { total: d.count })})`,
    help: () => "name the client of every row, or remove those rows from the data (`clean`)",
    explain:
      "With `column` each value is a client of its own, which has all rows with that value. A row without one is nobody's.",
  },
};
