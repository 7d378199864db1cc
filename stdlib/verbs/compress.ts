import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "compress",
  doc: "Makes a trained model smaller.",
  example: "compress router on tickets as small",
  since: "0.1.0",
  planned: { meanwhile: "train a smaller base, or deploy the model as it is" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
