import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "cohen_kappa",
  doc: "Cohen's kappa of true and predicted labels: how much more they agree than by chance; 1 is perfect, 0 is chance. With weights, labels are steps of a scale, in the order of the data's labels, and a near error counts less than a far one.",
  example: "metrics: [cohen_kappa(quadratic)]",
  elsewhere: {
    kappa: "cohen_kappa",
    cohen_kappa_score: "cohen_kappa",
    quadratic_weighted_kappa: "cohen_kappa",
    qwk: "cohen_kappa",
  },
  advice: { quadratic_kappa: "write `cohen_kappa(quadratic)`" },
  capabilities: { better: "greater", outcomes: ["label"] },
  parameters: [
    {
      name: "weights",
      type: { is: "choice", of: ["none", "linear", "quadratic"] },
      means: {
        none: "all errors weigh the same",
        linear: "a miss by its distance on the scale",
        quadratic: "a miss by the square of its distance",
      },
      doc: "Weight of an error: the same for all, or by the distance between the two labels.",
      positional: true,
      default: { value: "none" },
      why: "Labels are names by default, not steps of a scale (marks, stars).",
      impact: "medium",
    },
  ],
  load: async () => (await import("./cohen_kappa.run.js")).cohenKappa,
});
