import { defineWord } from "#dsl/types/define.js";
import { learningRate, rateIsUsual, weightDecay } from "../lib/optimizers/parameters.js";
import "../lib/optimizers/codes.js";

export const word = defineWord({
  kind: "optimizer",
  name: "adafactor",
  doc: "Adafactor with a learning rate of the recipe's own: keeps a row and a column of moments where AdamW keeps two whole matrices. As transformers' Adafactor with `scale_parameter` and `relative_step` off.",
  example: "recipe lean { optimizer: adafactor(learning_rate: 1e-4) }",
  elsewhere: { lr: "learning_rate", clip_threshold: "threshold", decay_rate: "decay", eps: "epsilon" },
  parameters: [
    learningRate(1),
    {
      name: "decay",
      type: { is: "number" },
      doc: "Step t mixes its squared gradients into the running means with weight t^−decay.",
      range: { min: 0, max: 1, exclusive: true },
      default: { value: 0.8 },
      why: "The authors' own: memory grows with the steps, and needs no correction at first.",
      impact: "low",
    },
    {
      name: "epsilon",
      type: { is: "number" },
      doc: "Added to squared gradients.",
      range: { min: 0, max: 1 },
      default: { value: 1e-30 },
      why: "The authors' own: it matters only where a gradient is zero.",
      impact: "low",
    },
    {
      name: "threshold",
      type: { is: "number" },
      doc: "Greatest root mean square of a parameter's step at learning rate 1; a larger step is scaled down.",
      range: { min: 0, max: 1000, exclusive: true },
      default: { value: 1 },
      why: "The authors' own: it tames the steps where the running means lag behind.",
      impact: "low",
      related: ["learning_rate"],
    },
    weightDecay(0, "transformers uses 0, too."),
  ],
  check: rateIsUsual(1),
  load: () => import("./adafactor.run.js").then((m) => m.adafactor),
});
