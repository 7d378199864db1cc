/** As fairlearn's `false_negative_rate`; if no row is positive, the rate is undefined here and 0 there. */
import { rateMetric } from "./shared/rates.js";

export const falseNegativeRate = rateMetric({
  about: ({ truth }) => truth,
  counts: ({ predicted }) => !predicted,
  none: (label) => `no row has the label ${label}`,
});
