import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";

export const word = defineWord({
  kind: "metric",
  name: "memory",
  doc: "Megabytes (1,000,000 bytes) that a model takes on this engine while it predicts the longest row alone: its weights, and the most that its graph keeps alive at once. Computed from the graph, not measured: other memory of the process is not included.",
  example: "metrics: [accuracy, memory]",
  elsewhere: { peak_memory: "memory", ram: "memory", rss: "memory" },
  capabilities: { better: "less", outcomes: ["cost"], unit: "MB", beatsConstant: false },
  parameters: [],
  load: () => Promise.resolve(memory),
});

/** Memory of a model during inference, in millions of bytes. */
export const memory: MetricImplementation = {
  ofCost: (_call, { held: heldBytes }) => (heldBytes ?? Number.NaN) / 1e6,
};
