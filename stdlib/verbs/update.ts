import { compileUpdate as read } from "#dsl/compiler/update/update.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "update",
  doc: "Continues training a model on new data, one data set after the other, while keeping what it knew. It starts from the current weights of the name: the same statement run again gives the same result. `seasons` is the model after the last data set, `seasons_1` and so on after each. Keys of a recipe in the block override the recipe's; `epochs` counts the epochs of each data set.",
  example: "update router on spring, summer with quick as seasons { strategy: [ewc(1000), replay(5%)] }",
  operands: { what: "model" },
  connectors: {
    on: { takes: "data", required: true, many: true },
    with: { takes: "recipe" },
    as: { takes: "new-name", required: true },
  },
  effect: "acts",
  read,
  elsewhere: {
    over: "on",
    using: "with",
    called: "as",
    strategies: "strategy",
    method: "strategy",
    methods: "strategy",
    plugins: "strategy",
    policy: "strategy",
    continue: "update",
    finetune_more: "update",
  },
  advice: {
    replay: "write it in the strategy: `strategy: replay(5%)`",
    ewc: "write it in the strategy: `strategy: ewc(1000)`",
    ewc_lambda: "write it in the strategy: `strategy: ewc(strength: 1000)`",
    mem_size: "write it in the strategy: `strategy: replay(500)`",
  },
  keysOf: "recipe",
  parameters: [
    {
      name: "strategy",
      type: { is: "list", of: { is: "word", kind: "strategy" } },
      doc: "The strategies against forgetting: one, or several together. With new labels, 5 % of replay may be too little.",
      default: {
        value: [{ word: "replay", kind: "strategy", arguments: { share: { share: 0.05 }, choose: "uniform" } }],
      },
      why: "Replay needs no setting that depends on model and task.",
      impact: "high",
      related: ["epochs"],
    },
    {
      name: "forget",
      type: { is: "list", of: { is: "string" } },
      doc: "Texts of rows to forget: they are deleted from the rows that runs of this folder store for replay, before training starts, and are not stored again. Weights do not unlearn; the report lists runs that were trained on the rows. Texts are compared as they were stored, cleaned and redacted, ignoring white space. `$texts`, a list in TypeScript, keeps them out of the notebook.",
      default: { derived: "nothing", from: () => [] },
      why: "Somebody requests it, or a row was a mistake.",
      impact: "low",
    },
    {
      name: "forgetting",
      type: { is: "boolean" },
      doc: "Whether to score also the data that the model was evaluated on, even if the statement does not name them: at most 2,000 rows of each of twelve recorded evaluations. It takes a pass over those rows after each data set.",
      default: { value: true },
      why: "Its evaluations show what a model is used for.",
      impact: "low",
    },
  ],
};
