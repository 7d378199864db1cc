import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "update",
  doc: "Goes on training a model on new data without forgetting the old.",
  example: "update router on spring, summer with quick",
  since: "0.1.0",
  planned: { meanwhile: "train a model on the old and the new data together" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
