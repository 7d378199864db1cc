/** Codes of the strength of a privacy guarantee. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface PrivacyGuaranteeCodeData {
  "weak-privacy": { readonly epsilon: number };
  "no-noise-keeps": { readonly epsilon: string; readonly why: string; readonly instead: string };
  "delta-too-great": {
    readonly delta: number;
    readonly units: number;
    readonly unit: string;
    readonly usual: number;
  };
}

/** Formats small numbers as `1e-5`. */
const small = (x: number): string => (x < 1e-3 ? x.toExponential() : String(x));

export const privacyGuaranteeCodes: CodeTable<PrivacyGuaranteeCodeData> = {
  "weak-privacy": {
    severity: "warning",
    message: (d) => `ε ${String(d.epsilon)} is a weak privacy guarantee`,
    help: () => "set ε to 8 or less, or give a reason with `allow`",
    explain:
      "One row can make any outcome more likely by a factor of at most e^ε. With ε 1 that is 2.7, with ε 8 about 3,000, with ε 20 half a billion. Up to 1 is called strong and up to 10 useful in practice (Ponomareva et al. 2023, “How to DP-fy ML”). Beyond that the proof means very little, though the noise may still hide single rows from known attacks.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { privacy: differential(50) }',
  },
  "no-noise-keeps": {
    severity: "error",
    facts: true,
    message: (d) => `no noise level gives ε ${d.epsilon} here: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "The noise needed grows with the number of updates and with the chance that a row is in one. A very small ε or δ, a batch of nearly all rows, or very many updates need so much noise that nothing is learned.",
  },
  "delta-too-great": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `δ ${small(d.delta)} with ${String(d.units)} ${d.unit}s: the guarantee may fail for ${d.delta * d.units >= 1.5 ? String(Math.round(d.delta * d.units)) : "one"} of them`,
    help: (d) => `write \`delta: ${small(d.usual)}\` or less, or remove \`delta\``,
    explain:
      "δ is the chance, for each row, that ε does not hold. A method that publishes one random row in full satisfies δ = 1 / rows, so a δ that is not far smaller guarantees nothing.",
  },
};
