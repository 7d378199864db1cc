/** Codes of `differential`'s own arguments. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "weak-privacy": { readonly epsilon: number };
  }
}

registerCodes({
  "weak-privacy": {
    severity: "warning",
    message: (d) => `ε ${String(d.epsilon)} promises little`,
    help: () => "ask for `differential(8)` or less, or say with `allow` why this is enough",
    explain:
      "ε bounds how much likelier any outcome may become by one row: by a factor of e^ε. With ε 1 that is 2.7, with ε 8 about 3,000, with ε 20 half a milliard. Up to 1 is called strong and up to 10 useful in practice (Ponomareva et al. 2023, “How to DP-fy ML”); beyond that the proof says next to nothing, though the noise may still hide single rows from known attacks.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { privacy: differential(50) }',
  },
});
