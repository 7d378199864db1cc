/** Error codes of client updates in transfer. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface CompressorsCodeData {
  "update-unread": { readonly why: string };
  "update-not-finite": { readonly count: number; readonly of: number };
}

export const compressorsCodes: CodeTable<CompressorsCodeData> = {
  "update-unread": {
    severity: "error",
    message: (d) => `an update can't be read: ${d.why}`,
    help: () => "have the client run the same version of Tunebook and the same plan as whoever leads the training",
    explain:
      "A packed update says how many values of how many it holds, where they belong and what they are. Its bytes are held against the plan before any is used: of another length, another order or another number of values than the plan's, nothing is taken.",
  },
  "update-not-finite": {
    severity: "error",
    message: (d) =>
      `${d.count === 1 ? "one value" : `${d.count} values`} of an update of ${d.of} ${d.count === 1 ? "is" : "are"} no number`,
    help: () => "lower the recipe's learning rate, or clip its gradients (`clip: 1.0`)",
    explain:
      "A training that runs away ends in values that are infinite or no number. Whatever is made of them and of other clients' updates is none either, so that nothing is sent.",
  },
};
