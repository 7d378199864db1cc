import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "calibration_error",
  doc: "Expected calibration error: the difference between the predicted probability of the likeliest label (90 %) and how often it is correct, 0 to 1, over bins of probability. With several labels per text, every label counts.",
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
      why: "Papers that report it use 15 bins; with more, each has few rows, and the error is overestimated.",
      impact: "low",
    },
  ],
  load: async () => (await import("./calibration_error.run.js")).calibrationError,
});
