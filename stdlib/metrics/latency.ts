import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "latency",
  doc: "Milliseconds that an answer takes, from text to label or written text: the median of rows that are asked one at a time, or another percentile (`latency(99)`).",
  example: "metrics: [accuracy, latency, latency(99)]",
  elsewhere: {
    response_time: "latency",
    inference_time: "latency",
    ms_per_answer: "latency",
    p50: "latency",
    p99: "latency",
  },
  capabilities: { better: "less", of: ["time"], unit: "ms", beatsConstant: false },
  parameters: [
    {
      name: "percentile",
      type: { is: "number" },
      range: { min: 1, max: 99.9 },
      doc: "So many of a hundred answers take no longer. At most 100 answers are timed, so that the 99th is nearly the slowest of them.",
      positional: true,
      default: { value: 50 },
      why: "The median is the usual time.",
      impact: "low",
    },
  ],
  load: async () => (await import("./latency.run.js")).latency,
});
