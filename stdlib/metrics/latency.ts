import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "latency",
  doc: "Milliseconds that an answer takes, from text to label or written text: the median of rows that are asked one at a time.",
  example: "metrics: [accuracy, latency]",
  since: "0.3.0",
  elsewhere: { response_time: "latency", inference_time: "latency", ms_per_answer: "latency" },
  capabilities: { greaterIsBetter: false, of: ["time"], unit: "ms", beatsConstant: false },
  parameters: [],
  load: async () => (await import("./latency.run.js")).latency,
});
