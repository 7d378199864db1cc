import { defineWord } from "#dsl/language/types/define.js";
import { reductionParameter, rungAliases } from "./shared/parameters.js";

export const word = defineWord({
  kind: "pruner",
  name: "asha",
  doc: "Successive halving that waits for nobody: at rungs of ever more steps the best share of what came so far goes on.",
  example: "pruner: asha(reduction: 4)",
  elsewhere: {
    successive_halving: "asha",
    SuccessiveHalvingPruner: "asha",
    ASHAScheduler: "asha",
    AsyncHyperBandScheduler: "asha",
    async_hyperband: "asha",
    ...rungAliases,
  },
  references: [
    {
      title: "A System for Massively Parallel Hyperparameter Tuning",
      by: "Li et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1810.05934",
    },
  ],
  parameters: [
    reductionParameter(4),
    {
      name: "first",
      type: { is: "number", integer: true },
      doc: "Steps of the first rung.",
      range: { min: 1 },
      default: { derived: "a hundredth of the trial's steps", from: () => null },
      why: "A poor trial shows early, but not before it has learnt anything.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./asha.run.js")).asha,
});
