import { defineWord } from "#dsl/language/types/define.js";
import {
  pruningIntervalParameter,
  pruningParameterAliases,
  startupTrialsParameter,
  warmupParameter,
} from "./shared/parameters.js";
import type { PrunerImplementation } from "./kind.js";
import { percentilePruningReason } from "./shared/percentile.js";

export const word = defineWord({
  kind: "pruner",
  name: "median",
  doc: "Stops a trial whose best score so far is below the median of finished trials at the same step.",
  example: "pruner: median(startup: 5)",
  elsewhere: {
    MedianPruner: "median",
    MedianStoppingRule: "median",
    medianstopping: "median",
    ...pruningParameterAliases,
  },
  notes: ["Trials are compared only if both reported at the same step: `asha` compares others too."],
  references: [
    {
      title: "Google Vizier: A Service for Black-Box Optimization",
      by: "Golovin et al.",
      year: 2017,
      url: "https://doi.org/10.1145/3097983.3098043",
    },
  ],
  parameters: [startupTrialsParameter, warmupParameter, pruningIntervalParameter],
  load: () => Promise.resolve(median),
});

const median: PrunerImplementation = {
  prunes: (call, study, trial, steps) =>
    percentilePruningReason(call, 0.5, (bar, total) => `the median ${bar} of ${total}`, study, trial, steps),
};
