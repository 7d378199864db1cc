import { defineWord } from "#dsl/language/types/define.js";
import { barParameters, barStands, numberOf, saidOf } from "./shared/bar.js";

export const word = defineWord({
  kind: "bar",
  name: "at_least",
  doc: "The score of this metric must be this number or greater.",
  example: "require: [at_least(f1(macro), 80%)]",
  elsewhere: { min: "at_least", minimum: "at_least", ge: "at_least", threshold: "bar" },
  capabilities: {
    metric: (call) => call.arguments.metric,
    bar: (call, unit) => saidOf("at least", call.arguments.bar, unit),
    clears: (call, score) => {
      const bar = numberOf(call.arguments.bar);
      return score >= bar;
    },
  },
  parameters: barParameters,
  check: (call, context) => barStands(call, context, { least: true, instead: "at_most" }),
});
