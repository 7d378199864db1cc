import { train as read } from "#dsl/compile/train.js";
import type { BuiltVerb } from "#dsl/compile/act.js";

export const word: BuiltVerb = {
  kind: "verb",
  name: "train",
  doc: "Trains a model on data, from its base. Keys of a recipe in the block override the recipe's.",
  example: "train router on tickets with quick { epochs: 5 }",
  since: "0.1.0",
  operands: { what: "model", many: true },
  connectors: { on: { takes: "data", required: true }, with: { takes: "recipe" }, as: { takes: "new-name" } },
  effect: "acts",
  read,
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
