import { defineWord } from "#dsl/language/types/define.js";
import type { AggregatorImplementation } from "./kind.js";
import { combineByCoordinate } from "./shared/by-place.js";

export const word = defineWord({
  kind: "aggregator",
  name: "median",
  doc: "The median of the clients' updates for each weight, without weighting by rows: fewer than half of the clients cannot move it outside the range of the others.",
  example: "aggregate: median",
  references: [
    {
      title: "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
      by: "Yin et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1803.01498",
    },
  ],
  elsewhere: {
    FedMedian: "median",
    coordinate_median: "median",
    coordinate_wise_median: "median",
    fedmedian: "median",
  },
  notes: ["It sees each client's update: secure aggregation, which shows their sum alone, doesn't go with it."],
  capabilities: { needsSingleUpdates: true, minClients: () => 3 },
  parameters: [],
  load: () => Promise.resolve(median),
});

const median: AggregatorImplementation = {
  combine: (_call, updates) =>
    combineByCoordinate(updates, { aggregator: "median", least: 3 }, (sorted) => {
      const half = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
    }),
};
