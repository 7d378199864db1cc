import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "attack",
  name: "membership",
  doc: "Distinguishes training rows from rows of the evaluated split: the lower its loss, the likelier a row was trained on. If the base can do the task too, its loss of the row is subtracted first. Results: the share of training rows found with 1 % false alarms, the area under the curve, and the advantage.",
  example: "attacks: [membership]",
  elsewhere: {
    mia: "membership",
    membership_inference: "membership",
    lira: "membership",
    rmia: "membership",
    samples: "rows",
    n: "rows",
    max_rows: "rows",
  },
  references: [
    {
      title: "Privacy Risk in Machine Learning: Analyzing the Connection to Overfitting",
      by: "Yeom et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1709.01604",
    },
    {
      title: "On the Importance of Difficulty Calibration in Membership Inference Attacks",
      by: "Watson et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2111.08440",
    },
    {
      title: "Membership Inference Attacks From First Principles",
      by: "Carlini et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2112.03570",
    },
  ],
  parameters: [
    {
      name: "rows",
      type: { is: "number", integer: true },
      doc: "Maximum number of rows of each kind; of more, some at equal distances are used.",
      range: { min: 20, max: 100_000 },
      default: { value: 2000 },
      why: "With 2,000 others, 1 % of false alarms is 20 rows; fewer than a hundred rows show nothing.",
      impact: "low",
    },
  ],
  capabilities: { asksAbout: "rows" },
  load: async () => (await import("./membership.run.js")).membership,
});
