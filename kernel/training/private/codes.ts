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
    message: (d) =>
      `\`calibrate: ${String(d.rows)}\` would find scales by rows that were trained on privately, without noise`,
    help: () => "leave `calibrate` out: numbers are then rounded by the scale of each text as it comes",
    explain:
      "Fixed scales of activations are the greatest values that some training rows lead to, and they are written into the model. What was promised of those rows covers the weights alone.",
  },
  "privacy-refused": {
    severity: "error",
    message: (d) => `what each row says can't be told by itself: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "Private training cuts what every row says to a length of its own before rows are summed and noise is added. That needs a loss of each row that no other row has a part in, and updates that learn from nothing but such sums.",
  },
};
