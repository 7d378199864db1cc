/** Error codes of update aggregation. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface AggregatorsCodeData {
  "too-few-updates": { readonly aggregator: string; readonly updates: number; readonly least: number };
}

export const aggregatorsCodes: CodeTable<AggregatorsCodeData> = {
  "too-few-updates": {
    severity: "error",
    message: (d) =>
      `\`${d.aggregator}\` needs updates of ${d.least} clients, but ${d.updates === 1 ? "one arrived" : `${d.updates} arrived`}`,
    help: () =>
      "let more clients take part (`participation`), tolerate fewer bad clients, or write `aggregate: fedavg`, which accepts any number but protects against none",
    explain:
      "A robust aggregator compares updates to leave out those that are far off. With fewer updates it cannot tell which these are, and would let bad ones through.",
  },
};
