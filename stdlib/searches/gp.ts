import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "search",
  name: "gp",
  doc: "A Gaussian process over the scores so far: the next trial is where the expected improvement is greatest.",
  example: "search: gp",
  capabilities: { learnsFromTrials: true, singleGoal: { instead: "tpe" } },
  elsewhere: {
    GPSampler: "gp",
    bayesopt: "gp",
    BayesOptSearch: "gp",
    bayesian_optimization: "gp",
    gaussian_process: "gp",
    n_startup_trials: "startup",
    random_search_steps: "startup",
  },
  notes: [
    "Best with few trials over few numbers: with many choices, or with several goals, `tpe`.",
    "Stopped trials count by their last score; running ones by their expected score.",
  ],
  references: [
    {
      title: "Unexpected Improvements to Expected Improvement for Bayesian Optimization",
      by: "Ament et al.",
      year: 2023,
      url: "https://arxiv.org/abs/2310.20708",
    },
  ],
  parameters: [
    {
      name: "startup",
      type: { is: "number", integer: true },
      doc: "Number of trials to spread evenly over the space first; the very first uses the definitions' own settings, if that is tried.",
      range: { min: 1 },
      default: { value: 10 },
      why: "A few scores all over the space give a first estimate.",
      impact: "low",
    },
  ],
  load: async () => (await import("./gp.run.js")).gp,
});
