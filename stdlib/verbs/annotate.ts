import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "annotate",
  doc: "Labels data with a model.",
  example: "annotate tickets with router",
  since: "0.1.0",
  planned: { meanwhile: "`predict router on tickets.train as labelled`" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
