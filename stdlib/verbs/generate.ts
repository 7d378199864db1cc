import type { Verb } from "#dsl/language/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "generate",
  doc: "Generates text.",
  example: 'generate writer on "A bright flat"',
  planned: { meanwhile: "`predict` writes text too, token by token as it comes" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
