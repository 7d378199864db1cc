/** Same as fairlearn's `false_negative_rate`, except that the rate without positive rows is undefined instead of 0. */
import { rateMetric } from "./shared/rates.js";

export const falseNegativeRate = rateMetric({
  about: ({ truth }) => truth,
  counts: ({ predicted }) => !predicted,
  none: (label) => `no row has the label ${label}`,
});
