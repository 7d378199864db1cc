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
  name: "percentile",
  doc: "Stops a trial whose best score so far is not in the best share of finished trials at the same step.",
  example: "pruner: percentile(25%)",
  elsewhere: { PercentilePruner: "percentile", percentile: "share", ...pruningParameterAliases },
  notes: ["Trials are compared only if both reported at the same step: `asha` compares others too."],
  parameters: [
    {
      name: "share",
      type: { is: "number", unit: "share" },
      doc: "Share of the best trials that continue; `percentile(50%)` equals `median`.",
      range: { min: 0, max: 1 },
      positional: true,
      required: true,
      why: "A smaller share stops more trials.",
      impact: "high",
    },
    startupTrialsParameter,
    warmupParameter,
    pruningIntervalParameter,
  ],
  load: () => Promise.resolve(percentile),
});

const percentile: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const given = call.arguments["share"];
    const share = typeof given === "object" && given !== null && "share" in given ? Number(given.share) : Number(given);
    const best = `the best ${Number((100 * share).toPrecision(4))} %`;
    return percentilePruningReason(
      call,
      share,
      (bar, total) => `${bar}, the bar of ${best} of ${total}`,
      study,
      trial,
      steps,
    );
  },
};
