/** Same as fairlearn's `false_positive_rate`, except that the rate without negative rows is undefined instead of 0. */
import { rateMetric } from "./shared/rates.js";

export const falsePositiveRate = rateMetric({
  about: ({ truth }) => !truth,
  counts: ({ predicted }) => predicted,
  none: (label) => `each row has the label ${label}`,
});
