/** Bytes of weights in files, in millions. */
import type { MetricImplementation } from "../kinds/metric.js";

export const size: MetricImplementation = {
  ofCost: (_call, { stored }) => (stored ?? Number.NaN) / 1e6,
};
