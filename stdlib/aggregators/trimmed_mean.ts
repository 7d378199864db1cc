import { defineWord } from "#dsl/language/types/define.js";
import { minimumUpdatesForTrim } from "./shared/trimmed-mean.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { combineByCoordinate } from "./shared/by-place.js";

export const word = defineWord({
  kind: "aggregator",
  name: "trimmed_mean",
  doc: "Of each weight the mean of the clients' updates without the largest and the smallest of them, whatever their rows.",
  example: "aggregate: trimmed_mean(20%)",
  references: [
    {
      title: "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
      by: "Yin et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1803.01498",
    },
  ],
  elsewhere: {
    FedTrimmedAvg: "trimmed_mean",
    fedtrimmedavg: "trimmed_mean",
    trimmed_average: "trimmed_mean",
    beta: "share",
    cut_fraction: "share",
    proportiontocut: "share",
    trim: "share",
  },
  notes: ["It sees each client's update: secure aggregation, which shows their sum alone, doesn't go with it."],
  capabilities: { needsSingleUpdates: true, minClients: (call) => minimumUpdatesForTrim(call.arguments) },
  parameters: [
    {
      name: "share",
      type: { is: "number", unit: "share" },
      doc: "Share of a round's clients to drop at each end, rounded down to whole clients.",
      range: { min: 0, max: 0.49, exclusive: true },
      positional: true,
      default: { value: { share: 0.2 } },
      why: "It withstands one bad client in five and still averages most updates.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(trimmedMean),
});

const trimmedMean: AggregatorImplementation = {
  combine(call, updates) {
    const { share } = argumentsWithDefaults(word, call);
    const cut = Math.trunc(share.share * updates.length);
    return combineByCoordinate(
      updates,
      { aggregator: "trimmed_mean", least: minimumUpdatesForTrim({ share }) },
      (sorted) => {
        let sum = 0;
        for (let k = cut; k < sorted.length - cut; k++) sum += sorted[k]!;
        return sum / (sorted.length - 2 * cut);
      },
    );
  },
};
