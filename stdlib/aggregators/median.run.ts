import type { AggregatorImplementation } from "./kind.js";
import { combineByCoordinate } from "./shared/by-place.js";

export const median: AggregatorImplementation = {
  combine: (_call, updates) =>
    combineByCoordinate(updates, { aggregator: "median", least: 3 }, (sorted) => {
      const half = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
    }),
};
