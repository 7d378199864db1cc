import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";

export const word = defineWord({
  kind: "metric",
  name: "size",
  doc: "Megabytes (1,000,000 bytes) of a model's weights in its files: integers and scales if it is quantised; base and adapter for an adapter.",
  example: "metrics: [accuracy, size]",
  elsewhere: { model_size: "size", file_size: "size", disk: "size" },
  capabilities: { better: "less", outcomes: ["cost"], unit: "MB", beatsConstant: false },
  parameters: [],
  load: () => Promise.resolve(size),
});

/** Size of the weight files in millions of bytes. */
export const size: MetricImplementation = {
  ofCost: (_call, { stored }) => (stored ?? Number.NaN) / 1e6,
};
