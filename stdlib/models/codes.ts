/** Codes of the model families. */
import type {} from "#dsl/check/codes.js";
import { registerCodes } from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "unsupported-config": {
      readonly family: string;
      readonly key: string;
      readonly value: string;
      readonly supported: readonly string[];
    };
    "bad-config": { readonly family: string; readonly key: string; readonly problem: string };
  }
}

registerCodes({
  "unsupported-config": {
    severity: "error",
    message: (d) => `config.json: ${d.key} is ${d.value}, which the ${d.family} family doesn't support here`,
    help: (d) => `choose a base model with ${d.key} ${d.supported.join(" or ")}`,
    explain:
      "The base model's `config.json` asks for a variant of the architecture that this version doesn't build. " +
      "Nothing is approximated: a model that can't be computed exactly is refused.",
  },
  "bad-config": {
    severity: "error",
    message: (d) => `config.json: ${d.key} ${d.problem}`,
    help: () => "fetch the model folder again, or mend its config.json",
    explain: "The base model's `config.json` lacks a value that the architecture needs, or holds one of another kind.",
  },
});
