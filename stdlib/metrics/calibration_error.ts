import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "calibration_error",
  doc: "Expected calibration error: by how much what a model says of its own surest label (90 %) is off from how often that is right, 0 to 1, over bins of probability. Where a text has several labels every label of it counts.",
  example: "metrics: [accuracy, calibration_error]",
  elsewhere: { ece: "calibration_error", expected_calibration_error: "calibration_error", n_bins: "bins" },
  capabilities: { better: "less", outcomes: ["label", "label_set"], beatsConstant: false },
  parameters: [
    {
      name: "bins",
      type: { is: "number", integer: true },
      doc: "How many bins of equal width there are.",
      range: { min: 1, max: 1000 },
      default: { value: 15 },
      why: "The papers that report it have 15; with more, few rows lie in each, and the error looks greater than it is.",
      impact: "low",
    },
  ],
  load: async () => (await import("./calibration_error.run.js")).calibrationError,
});
