/** Error codes of update aggregation. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface AggregatorsCodeData {
  "too-few-updates": { readonly aggregator: string; readonly updates: number; readonly least: number };
}

export const aggregatorsCodes: CodeTable<AggregatorsCodeData> = {
  "too-few-updates": {
    severity: "error",
    message: (d) =>
      `\`${d.aggregator}\` needs the updates of ${d.least} clients, and ${d.updates === 1 ? "one came" : `${d.updates} came`}`,
    help: () =>
      "let more clients take part (`participation`), give it less to guard against, or write `aggregate: fedavg`, which takes any number and guards against none",
    explain:
      "Such an aggregator holds updates against each other to leave out those that are far off. Of fewer it couldn't tell which these are, and would let through what it is there to stop.",
  },
};
