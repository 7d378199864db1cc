/** Error codes of client updates in transfer. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface CompressorsCodeData {
  "update-unread": { readonly why: string };
  "update-not-finite": { readonly count: number; readonly of: number };
}

export const compressorsCodes: CodeTable<CompressorsCodeData> = {
  "update-unread": {
    severity: "error",
    message: (d) => `cannot read an update: ${d.why}`,
    help: () => "run the same version of Tunebook and the same plan on the client and on the server",
    explain:
      "A packed update states its number of values, their positions and their format. It is checked against the plan before use. If the length, order or number of values differs, nothing of it is used.",
  },
  "update-not-finite": {
    severity: "error",
    message: (d) =>
      `${d.count === 1 ? "one value" : `${d.count} values`} of an update of ${d.of} ${d.count === 1 ? "is" : "are"} not finite`,
    help: () => "lower the recipe's learning rate, or clip its gradients (`clip: 1.0`)",
    explain:
      "A training that diverges ends in infinite or NaN values. Combined with other clients' updates they would spoil the result, so nothing is sent.",
  },
};
