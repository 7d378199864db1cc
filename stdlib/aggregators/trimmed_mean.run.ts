import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { combineByCoordinate } from "./shared/by-place.js";
import { minimumUpdatesForTrim } from "./shared/trimmed-mean.js";
import { word } from "./trimmed_mean.js";

export const trimmedMean: AggregatorImplementation = {
  combine(call, updates) {
    const { share } = argumentsOf(word, call);
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
