/** Codes of the techniques. */
import type {} from "#dsl/check/codes.js";
import { registerCodes } from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "no-target": { readonly target: string; readonly has: readonly string[] };
  }
}

registerCodes({
  "no-target": {
    severity: "error",
    message: (d) => `the base model has no linear layer "${d.target}"`,
    help: (d) => (d.has.length ? `its linear layers are: ${d.has.join(", ")}` : undefined),
    explain:
      "`targets` names the linear layers that the technique changes, by the last name of their path in the checkpoint " +
      "(`query`) or a longer end of it (`attention.output.dense`). A name that fits no layer would silently train nothing.",
  },
});
