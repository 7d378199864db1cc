import type { Verb } from "#dsl/language/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "compare",
  doc: "Compares models.",
  example: "compare router, wide on tickets.test",
  planned: { meanwhile: "`evaluate` takes several models: `evaluate router, wide on tickets.test`" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
