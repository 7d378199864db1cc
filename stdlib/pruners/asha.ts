import { defineWord } from "#dsl/language/types/define.js";
import { reductionParameter, rungAliases } from "./shared/parameters.js";
import type { PrunerImplementation } from "./kind.js";
import { rungPruningReason } from "./shared/rungs.js";

export const word = defineWord({
  kind: "pruner",
  name: "asha",
  doc: "Successive halving without waiting for other trials: at rungs of increasing steps, a trial continues if it is in the best share of the trials so far.",
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
      why: "A poor trial shows early, but not before it has learned anything.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(asha),
});

const asha: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const given = call.arguments["first"];
    const first = typeof given === "number" ? given : Math.max(1, Math.floor(steps / 100));
    return rungPruningReason({ first, reduction: Number(call.arguments["reduction"]) }, study, trial, steps);
  },
};
