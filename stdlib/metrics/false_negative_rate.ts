import { defineWord } from "#dsl/language/types/define.js";
import { checkPositiveLabel, positiveLabelParameters } from "./shared/positive.js";
import { rateMetric } from "./shared/rates.js";

export const word = defineWord({
  kind: "metric",
  name: "false_negative_rate",
  doc: "Of the rows that have a label, the share for which it is not predicted. Equals 1 − recall.",
  example: "metrics: [false_negative_rate(yes)]",
  elsewhere: { fnr: "false_negative_rate", miss_rate: "false_negative_rate" },
  capabilities: { better: "less", outcomes: ["label", "label_set"], beatsConstant: false },
  parameters: positiveLabelParameters,
  check: checkPositiveLabel,
  load: () => Promise.resolve(falseNegativeRate),
});

/** Same as fairlearn's `false_negative_rate`, except that the rate without positive rows is undefined instead of 0. */
const falseNegativeRate = rateMetric({
  about: ({ truth }) => truth,
  counts: ({ predicted }) => !predicted,
  none: (label) => `no row has the label ${label}`,
});
