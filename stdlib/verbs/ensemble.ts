import type { Verb } from "#dsl/language/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "ensemble",
  doc: "Joins models.",
  example: "ensemble router, wide as both",
  planned: { meanwhile: "`evaluate` compares them; average their `predict` results in TypeScript" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
