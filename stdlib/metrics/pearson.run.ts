/** Source: scipy's `pearsonr`. */
import type { MetricImplementation } from "../kinds/metric.js";
import { correlation, whyUncorrelated } from "../lib/metrics/correlation.js";

export const pearson: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(truth, predicted),
  why: { ofNumbers: whyUncorrelated },
};
