import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "attack",
  name: "canaries",
  doc: "How well the model memorised the canaries inserted into its rows: the exposure of each, by the rank of its loss among others of the same kind that the model never saw. Ten random digits cannot be guessed, only memorised.",
  example: "attacks: [canaries(unseen: 1_000)]",
  elsewhere: { exposure: "canaries", secret_sharer: "canaries", references: "unseen", reference_canaries: "unseen" },
  references: [
    {
      title: "The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks",
      by: "Carlini et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1802.08232",
    },
    {
      title: "Auditing Differentially Private Machine Learning: How Private is Private SGD?",
      by: "Jagielski et al.",
      year: 2020,
      url: "https://arxiv.org/abs/2006.07709",
    },
  ],
  parameters: [
    {
      name: "unseen",
      type: { is: "number", integer: true },
      doc: "Number of others to compare each canary with. Exposure is then at most log2(unseen + 1).",
      range: { min: 50, max: 100_000 },
      default: { value: 1000 },
      why: "A thousand can show up to ten bits of exposure.",
      impact: "low",
    },
  ],
  capabilities: { asksAbout: "planted" },
  load: async () => (await import("./canaries.run.js")).canaries,
});
