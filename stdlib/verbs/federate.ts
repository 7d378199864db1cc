import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "federate",
  doc: "Trains one model on data that stay where they are.",
  example: "federate router on north, south with quick as shared",
  since: "0.1.0",
  planned: { meanwhile: "train one model per data set and compare them" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
