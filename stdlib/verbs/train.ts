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
    seeds: "repeats",
    n_seeds: "repeats",
    num_seeds: "repeats",
    n_repeats: "repeats",
    num_repeats: "repeats",
    repeat: "repeats",
    runs: "repeats",
    n_runs: "repeats",
  },
  keysOf: "recipe",
  parameters: [
    {
      name: "repeats",
      type: { is: "number", integer: true },
      doc: "Trains so many times, with the recipe's seed and those that follow it, and tells the mean and the standard deviation of each score over the seeds. The best by validation stays under the name; each of them also has a name of its own, `router_1` and so on.",
      range: { min: 2, max: 100 },
      why: "One seed's score is partly luck; how far seeds differ says how much of a gain is more than that. It takes so many times as long.",
      impact: "medium",
      related: ["seed"],
    },
  ],
};
