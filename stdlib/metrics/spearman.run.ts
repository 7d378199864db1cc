/** Source: scipy's `spearmanr`. */
import type { MetricImplementation } from "../kinds/metric.js";
import { correlation, ranks } from "./correlation.js";

export const spearman: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(ranks(truth), ranks(predicted)),
};
