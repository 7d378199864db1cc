/** Bytes that a model takes while it answers, in millions. */
import type { MetricImplementation } from "../kinds/metric.js";

export const memory: MetricImplementation = {
  ofCost: (_call, { held }) => (held ?? Number.NaN) / 1e6,
};
