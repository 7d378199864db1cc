import { defineWord } from "#dsl/types/define.js";
import { lions } from "../lib/elsewhere/values.js";
import { beta, learningRate, rateIsUsual, weightDecay } from "../lib/optimizers/parameters.js";
import "../lib/optimizers/codes.js";

export const word = defineWord({
  kind: "optimizer",
  name: "lion",
  doc: "Lion: steps of one size along the sign of the gradients' mean; keeps one moment where AdamW keeps two.",
  example: "recipe quick { optimizer: lion(learning_rate: 3e-5) }",
  elsewhere: { ...lions, lr: "learning_rate" },
  parameters: [
    learningRate(0.3),
    beta(
      "beta1",
      0.9,
      "gradients in the step's direction",
      "The authors' own: the direction follows the last ten steps.",
    ),
    beta("beta2", 0.99, "gradients that is remembered", "The authors' own: memory outlives the direction."),
    weightDecay(0, "Steps are larger than AdamW's for the same rate, so a decay must be chosen with the rate."),
  ],
  check: rateIsUsual(0.3),
  load: () => import("./lion.run.js").then((m) => m.lion),
});
