import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "parameters",
  doc: "Names values of the notebook or file, used as `$name` and overridden by `-p name=value`.",
  example: "parameters { rate: 1e-3 }",
  since: "0.1.0",
  operands: { what: "none" },
  connectors: {},
  does: "defines",
  anyKey: true,
  parameters: [],
};
