import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "search",
  name: "tpe",
  doc: "Learns where good trials are: draws settings that are likely among good trials and unlikely among others, several settings together (the tree-structured Parzen estimator, as in Optuna).",
  example: "search: tpe",
  capabilities: { learnsFromTrials: true },
  elsewhere: {
    bayesian: "tpe",
    bayes: "tpe",
    hyperopt: "tpe",
    optuna: "tpe",
    motpe: "tpe",
    TPESampler: "tpe",
    HyperOptSearch: "tpe",
    n_startup_trials: "startup",
    n_initial_points: "startup",
    n_startup_jobs: "startup",
    n_ei_candidates: "candidates",
    n_EI_candidates: "candidates",
  },
  references: [
    {
      title: "Algorithms for Hyper-Parameter Optimization",
      by: "Bergstra et al.",
      year: 2011,
      url: "https://papers.nips.cc/paper/4443-algorithms-for-hyper-parameter-optimization",
    },
    {
      title: "Tree-Structured Parzen Estimator: Understanding Its Algorithm Components and Their Roles",
      by: "Watanabe",
      year: 2023,
      url: "https://arxiv.org/abs/2304.11127",
    },
    {
      title: "Multiobjective Tree-Structured Parzen Estimator",
      by: "Ozaki et al.",
      year: 2022,
      url: "https://doi.org/10.1613/jair.1.13188",
    },
  ],
  parameters: [
    {
      name: "startup",
      type: { is: "number", integer: true },
      doc: "Number of random trials before it starts to learn, after one with the definitions' own settings if that is tried; stopped trials count, failed ones do not.",
      range: { min: 1 },
      default: { value: 10 },
      why: "A handful of trials teaches the search nothing.",
      impact: "medium",
    },
    {
      name: "candidates",
      type: { is: "number", integer: true },
      doc: "Number of draws to compare for each trial. More draws stay closer to the good trials, fewer explore more.",
      range: { min: 1 },
      default: { value: 24 },
      why: "Hyperopt and Optuna use 24.",
      impact: "low",
    },
  ],
  load: async () => (await import("./tpe.run.js")).tpe,
});
