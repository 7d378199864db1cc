/** Same as fairlearn's `selection_rate`. */
import { rateMetric } from "./shared/rates.js";

export const selectionRate = rateMetric({
  about: () => true,
  counts: ({ predicted }) => predicted,
  none: () => "there are no rows",
});
