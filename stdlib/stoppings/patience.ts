import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "stopping",
  name: "patience",
  doc: "Stops when the watched metric has not improved for a number of validations in a row.",
  example: "early_stopping: patience(3, metric: loss)",
  since: "0.1.0",
  elsewhere: {
    early_stopping: "patience",
    early_stopping_patience: "validations",
    early_stopping_threshold: "by",
    min_delta: "by",
    monitor: "metric",
  },
  parameters: [
    {
      name: "validations",
      type: { is: "number", integer: true },
      doc: "How many validations without improvement are allowed.",
      range: { min: 1 },
      positional: true,
      default: { value: 2 },
      why: "Validation scores are noisy: one worse value proves little.",
      impact: "medium",
    },
    {
      name: "metric",
      type: { is: "choice", of: ["loss", "accuracy"] },
      doc: "What is watched on the validation split.",
      default: { value: "loss" },
      why: "The loss is smoother than a score that counts right answers.",
      impact: "medium",
    },
    {
      name: "by",
      type: { is: "number" },
      doc: "The least change that counts as an improvement.",
      range: { min: 0 },
      default: { value: 0 },
      why: "Any improvement counts unless you say otherwise.",
      impact: "low",
    },
  ],
  load: async () => (await import("./patience.run.js")).patience,
};
