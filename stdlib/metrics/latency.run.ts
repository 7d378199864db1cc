/** Of what answers took: the median, which a few that waited for something else change little, or another percentile. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { MetricImplementation } from "../kinds/metric.js";
import { word } from "./latency.js";

export const latency: MetricImplementation = {
  ofTimes: (call, milliseconds) => percentile(milliseconds, argumentsOf(word, call).percentile),
};

/** Between two answers as far as it lies between them. */
function percentile(values: Float64Array, percent: number): number {
  const sorted = values.toSorted();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
