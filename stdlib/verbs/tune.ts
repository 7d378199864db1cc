import type { Verb } from "#dsl/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "tune",
  doc: "The version line that may open a file.",
  example: "tune 1",
  since: "0.1.0",
  operands: { what: "any" },
  connectors: {},
  does: "defines",
  parameters: [],
};
