import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { MetricImplementation } from "./kind.js";

export const word = defineWord({
  kind: "metric",
  name: "latency",
  doc: "Milliseconds per prediction, from text to label or generated text: the median of rows predicted one at a time, or another percentile (`latency(99)`).",
  example: "metrics: [accuracy, latency, latency(99)]",
  elsewhere: {
    response_time: "latency",
    inference_time: "latency",
    ms_per_answer: "latency",
    p50: "latency",
    p99: "latency",
  },
  capabilities: { better: "less", outcomes: ["time"], unit: "ms", beatsConstant: false },
  parameters: [
    {
      name: "percentile",
      type: { is: "number" },
      range: { min: 1, max: 99.9 },
      doc: "The percentile: this many of a hundred predictions take no longer. At most 100 predictions are timed, so that the 99th is nearly the slowest.",
      positional: true,
      default: { value: 50 },
      why: "The median is the usual time.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(latency),
});

/** Median answer time, on which a few delayed answers have little effect, or another percentile. */
export const latency: MetricImplementation = {
  ofTimes: (call, milliseconds) => percentile(milliseconds, argumentsWithDefaults(word, call).percentile),
};

/** Interpolates linearly between two values. */
function percentile(values: Float64Array, percent: number): number {
  const sorted = values.toSorted();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
