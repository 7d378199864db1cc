import { defineWord } from "#dsl/language/types/define.js";
import { everyParameter, startupAliases, startupParameter, warmupParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "pruner",
  name: "percentile",
  doc: "Gives up a trial whose best score so far is not among the best share of what finished trials had at the same step.",
  example: "pruner: percentile(25%)",
  elsewhere: { PercentilePruner: "percentile", percentile: "share", ...startupAliases },
  notes: ["Trials are compared where both reported at the very step: `asha` compares those that don't."],
  parameters: [
    {
      name: "share",
      type: { is: "number", unit: "share" },
      doc: "The best share of trials that goes on; `percentile(50%)` is `median`.",
      range: { min: 0, max: 1 },
      positional: true,
      required: true,
      why: "A smaller share gives up more trials.",
      impact: "high",
    },
    startupParameter,
    warmupParameter,
    everyParameter,
  ],
  load: async () => (await import("./percentile.run.js")).percentile,
});
