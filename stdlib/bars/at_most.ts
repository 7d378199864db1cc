import { defineWord } from "#dsl/language/types/define.js";
import { barParameters, barStands, numberOf, saidOf } from "./shared/bar.js";

export const word = defineWord({
  kind: "bar",
  name: "at_most",
  doc: "The score of this metric must be this number or less: for losses and errors.",
  example: "require: [at_most(log_loss, 0.5)]",
  elsewhere: { max: "at_most", maximum: "at_most", le: "at_most", threshold: "bar" },
  capabilities: {
    metric: (call) => call.arguments.metric,
    bar: (call, unit) => saidOf("at most", call.arguments.bar, unit),
    clears: (call, score) => {
      const bar = numberOf(call.arguments.bar);
      return score <= bar;
    },
  },
  parameters: barParameters,
  check: (call, context) => barStands(call, context, { least: false, instead: "at_least" }),
});
