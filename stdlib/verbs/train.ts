import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "train",
  doc: "Trains a model on data, from its base. Keys of a recipe in the block override the recipe's.",
  example: "train router on tickets with quick { epochs: 5 }",
  since: "0.1.0",
  operands: { what: "model", many: true },
  connectors: { on: { takes: "data", required: true }, with: { takes: "recipe" }, as: { takes: "new-name" } },
  does: "acts",
  elsewhere: {
    over: "on",
    using: "with",
    called: "as",
    fit: "train",
    tune: "train",
    finetune: "train",
    fine_tune: "train",
  },
  keysOf: "recipe",
  parameters: [],
};
