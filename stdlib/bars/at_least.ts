import { defineWord } from "#dsl/language/types/define.js";
import { thresholdParameters, checkThresholdFitsMetric, thresholdNumber, thresholdText } from "./shared/bar.js";

export const word = defineWord({
  kind: "bar",
  name: "at_least",
  doc: "The score of this metric must be this number or greater.",
  example: "require: [at_least(f1(macro), 80%)]",
  elsewhere: { min: "at_least", minimum: "at_least", ge: "at_least", threshold: "bar" },
  capabilities: {
    metric: (call) => call.arguments.metric,
    threshold: (call, unit) => thresholdText("at least", call.arguments.bar, unit),
    isMet: (call, score) => {
      const bar = thresholdNumber(call.arguments.bar);
      return score >= bar;
    },
  },
  parameters: thresholdParameters,
  check: (call, context) => checkThresholdFitsMetric(call, context, { least: true, instead: "at_most" }),
});
