/** Source: scipy's `pearsonr`. */
import type { MetricImplementation } from "./kind.js";
import { correlation, uncorrelatedReason } from "./shared/correlation.js";

export const pearson: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(truth, predicted),
  why: { ofNumbers: uncorrelatedReason },
};
