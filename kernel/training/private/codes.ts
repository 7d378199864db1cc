/** Code of a training that cannot keep its rows private, reported before its first step. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** Arguments of each code. */
export interface TrainingPrivateCodeData {
  "privacy-refused": { readonly why: string; readonly instead: string };
  "private-scales": { readonly rows: number };
}

export const trainingPrivateCodes: CodeTable<TrainingPrivateCodeData> = {
  "private-scales": {
    severity: "error",
    message: (d) => `\`calibrate: ${String(d.rows)}\` would compute scales from private training rows without noise`,
    help: () => "remove `calibrate`: activations are then rounded by the scale of each text",
    explain:
      "Fixed scales of activations are the greatest values over some training rows, and they are written into the model. The privacy guarantee covers only the weights.",
  },
  "privacy-refused": {
    severity: "error",
    message: (d) => `the gradient of a single row cannot be computed: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "Private training clips the gradient of each row before gradients are summed and noise is added. That needs a loss per row that no other row influences, and updates that use only these sums.",
  },
};
