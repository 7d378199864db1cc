import { defineWord } from "#dsl/language/types/define.js";
import { cadenceAdvice } from "../foreign-names/values.js";

export const word = defineWord({
  kind: "cadence",
  name: "every",
  doc: "Every this many steps or epochs; `epochs: 0.25` is four times an epoch.",
  example: "validate: every(epochs: 1)",
  elsewhere: { n_steps: "steps", n_epochs: "epochs" },
  advice: cadenceAdvice.advice,
  oneOf: ["steps", "epochs"],
  parameters: [
    {
      name: "steps",
      type: { is: "number", integer: true },
      doc: "Updates between two of them.",
      range: { min: 1 },
      default: { derived: "epochs decide", from: () => null },
      why: "Long epochs want looks in between.",
      impact: "low",
      related: ["epochs"],
    },
    {
      name: "epochs",
      type: { is: "number" },
      doc: "Epochs between two of them, or a part of one: `0.25` is each quarter.",
      range: { min: 0, exclusive: true },
      default: { derived: "steps decide", from: () => null },
      why: "In an epoch the model sees every row.",
      impact: "low",
      related: ["steps"],
    },
  ],
});
