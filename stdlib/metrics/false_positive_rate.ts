import { defineWord } from "#dsl/language/types/define.js";
import { checkPositiveLabel, positiveLabelParameters } from "./shared/positive.js";
import { rateMetric } from "./shared/rates.js";

export const word = defineWord({
  kind: "metric",
  name: "false_positive_rate",
  doc: "Of the rows that do not have a label, the share for which it is predicted. Equals 1 − specificity.",
  example: "metrics: [false_positive_rate(yes)]",
  elsewhere: { fpr: "false_positive_rate", fall_out: "false_positive_rate" },
  advice: {
    specificity: "write `false_positive_rate(label)`: the specificity is 1 less it",
    true_negative_rate: "write `false_positive_rate(label)`: the true negative rate is 1 less it",
  },
  capabilities: { better: "less", outcomes: ["label", "label_set"], beatsConstant: false },
  parameters: positiveLabelParameters,
  check: checkPositiveLabel,
  load: () => Promise.resolve(falsePositiveRate),
});

/** Same as fairlearn's `false_positive_rate`, except that the rate without negative rows is undefined instead of 0. */
const falsePositiveRate = rateMetric({
  about: ({ truth }) => !truth,
  counts: ({ predicted }) => predicted,
  none: (label) => `each row has the label ${label}`,
});
