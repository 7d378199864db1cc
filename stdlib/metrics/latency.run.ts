/** The median of what answers took: a few that waited for something else change it little. */
import type { MetricImplementation } from "../kinds/metric.js";

export const latency: MetricImplementation = {
  ofTimes: (_call, milliseconds) => median(milliseconds),
};

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
