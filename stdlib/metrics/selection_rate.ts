import { defineWord } from "#dsl/language/types/define.js";
import { checkPositiveLabel, positiveLabelParameters } from "./shared/positive.js";
import { rateMetric } from "./shared/rates.js";

export const word = defineWord({
  kind: "metric",
  name: "selection_rate",
  doc: "Share of all rows that get the label, whatever their true label is. Neither a greater nor a smaller rate is better; with `by`, the difference between groups is the demographic parity difference.",
  example: "metrics: [selection_rate(yes)]",
  advice: {
    demographic_parity_difference:
      "write `metrics: [selection_rate(label)], by: [column]`: it shows the difference between parts",
    demographic_parity: "write `metrics: [selection_rate(label)], by: [column]`: it shows the difference between parts",
    positive_rate: "write `selection_rate(label)`",
  },
  capabilities: { better: "none", outcomes: ["label", "label_set"], beatsConstant: false },
  parameters: positiveLabelParameters,
  check: checkPositiveLabel,
  load: () => Promise.resolve(selectionRate),
});

/** Same as fairlearn's `selection_rate`. */
const selectionRate = rateMetric({
  about: () => true,
  counts: ({ predicted }) => predicted,
  none: () => "there are no rows",
});
