import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "attack",
  name: "membership",
  doc: "Tells rows that trained from rows of the split that is evaluated: the lower its loss, the likelier a row trained. Where the base does the task too, its loss of the row is taken away first. Told are how many that trained are caught with false alarms in 1 % of the others, the area under the curve, and the advantage.",
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
      doc: "Most rows of each of the two that are asked about; of more, some at equal distances.",
      range: { min: 20, max: 100_000 },
      default: { value: 2000 },
      why: "With 2,000 others, 1 % of false alarms is 20 rows; fewer than a hundred rows show nothing.",
      impact: "low",
    },
  ],
  capabilities: { asksAbout: "rows" },
  load: async () => (await import("./membership.run.js")).membership,
});
