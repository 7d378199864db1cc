/** Codes of the strength of a privacy guarantee. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface PrivateCodeData {
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

export const privateCodes: CodeTable<PrivateCodeData> = {
  "weak-privacy": {
    severity: "warning",
    message: (d) => `ε ${String(d.epsilon)} promises little`,
    help: () => "ask for ε 8 or less, or say with `allow` why this is enough",
    explain:
      "ε bounds how much likelier any outcome may become by one row: by a factor of e^ε. With ε 1 that is 2.7, with ε 8 about 3,000, with ε 20 half a milliard. Up to 1 is called strong and up to 10 useful in practice (Ponomareva et al. 2023, “How to DP-fy ML”); beyond that the proof says next to nothing, though the noise may still hide single rows from known attacks.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { privacy: differential(50) }',
  },
  "no-noise-keeps": {
    severity: "error",
    facts: true,
    message: (d) => `no noise keeps ε ${d.epsilon} here: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "The noise that a promise takes grows with the updates and with the chance of a row to be in one. A very small ε or δ, a batch of nearly all rows, or very many updates ask for more than leaves anything to learn.",
  },
  "delta-too-great": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `δ ${small(d.delta)} with ${String(d.units)} ${d.unit}s: the promise may fail for ${d.delta * d.units >= 1.5 ? String(Math.round(d.delta * d.units)) : "one"} of them`,
    help: (d) => `write \`delta: ${small(d.usual)}\` or less, or take \`delta\` out`,
    explain:
      "δ is the chance, for each row, that ε doesn't hold. A method that gives one row away whole, drawn by chance, keeps a promise with δ = 1 / rows: a δ that is not far below that promises nothing.",
  },
};
