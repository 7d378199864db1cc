import { defineWord } from "#dsl/language/types/define.js";
import { thresholdParameters, checkThresholdFitsMetric, thresholdNumber, thresholdText } from "./shared/bar.js";

export const word = defineWord({
  kind: "bar",
  name: "at_most",
  doc: "The score of this metric must be this number or less: for losses and errors.",
  example: "require: [at_most(log_loss, 0.5)]",
  elsewhere: { max: "at_most", maximum: "at_most", le: "at_most", threshold: "bar" },
  capabilities: {
    metric: (call) => call.arguments.metric,
    threshold: (call, unit) => thresholdText("at most", call.arguments.bar, unit),
    isMet: (call, score) => {
      const bar = thresholdNumber(call.arguments.bar);
      return score <= bar;
    },
  },
  parameters: thresholdParameters,
  check: (call, context) => checkThresholdFitsMetric(call, context, { least: false, instead: "at_least" }),
});
