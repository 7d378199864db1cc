/** As fairlearn's `false_positive_rate`; if no row is negative, the rate is undefined here and 0 there. */
import { rateMetric } from "./shared/rates.js";

export const falsePositiveRate = rateMetric({
  about: ({ truth }) => !truth,
  counts: ({ predicted }) => predicted,
  none: (label) => `each row has the label ${label}`,
});
