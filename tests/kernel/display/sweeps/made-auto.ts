/**
 * Made-up reports of `sweep auto`: one that trained, one whose budget allowed no training, one where a text baseline
 * wins.
 */
import type { AutoReport, ScoredCandidate } from "#kernel/study/auto/auto.js";

const program = `model found_model {
  base: "all-MiniLM-L6-v2"
  task: text_classification
  max_length: 64  // 95 of 100 texts have 51 tokens at most
}
recipe found_recipe {
  epochs: 6  // 180 updates: fewer hardly move so few rows
  batch_size: 32
}
sweep found_model on tickets with found_recipe as found {
  vary: {
    technique: choice(head_only, lora(rank: choice(8, 16)), full)
    optimizer.learning_rate: log(2e-5..5e-3)
  }
  search: tpe, pruner: asha, budget: 27min
  maximize: f1(macro)
}
`;
const tune = `model found_best like found_model { technique: lora(rank: 16) }
train found_best on tickets with found_recipe as winner { optimizer.learning_rate: 0.00124 }`;

const probed: readonly ScoredCandidate[] = [
  {
    name: "baseline(majority)",
    kind: "baseline",
    score: 0.2222,
    low: 0.2,
    high: 0.24,
    seconds: 0.002,
    bytes: 0,
    latency: 0.0004,
  },
  {
    name: "baseline(tfidf)",
    kind: "baseline",
    score: 0.8125,
    low: 0.733,
    high: 0.878,
    seconds: 0.41,
    bytes: 812_344,
    latency: 0.041,
  },
  {
    name: "all-MiniLM-L6-v2, frozen",
    kind: "frozen",
    base: "all-MiniLM-L6-v2",
    score: 0.8731,
    low: 0.806,
    high: 0.927,
    seconds: 6.2,
    bytes: 90_868_376,
    latency: 3.1,
  },
];
const trial = (number: number, score: number, more: Partial<ScoredCandidate> = {}): ScoredCandidate => ({
  name: `trial ${String(number)}`,
  kind: "trial",
  number,
  base: "all-MiniLM-L6-v2",
  score,
  seconds: 41 + number,
  bytes: 91_264_000,
  latency: null,
  ...more,
});

/** A trained model won against the cheaper baselines. */
export const won: AutoReport = {
  name: "found",
  goal: { direction: "maximize", metric: "f1(macro)" },
  looked: {
    data: "tickets",
    task: "text_classification",
    rows: { train: 960, validation: 120 },
    labels: [
      { label: "billing", count: 480 },
      { label: "shipping", count: 320 },
      { label: "technical", count: 160 },
    ],
    languages: ["English", "German"],
    machine: { memoryBytes: 24 * 2 ** 30, cores: 2, engine: "TensorFlow (CPU)" },
    bases: [
      {
        name: "all-MiniLM-L6-v2",
        parameters: 22_713_216,
        bytes: 90_868_376,
        lengths: { median: 24, p95: 51, p99: 68, longest: 87 },
      },
      { name: "SmolLM2-135M-Instruct", parameters: 134_515_008, bytes: 269_060_552, lengths: null },
    ],
  },
  probed,
  left: [
    { what: "SmolLM2-135M-Instruct", why: "one epoch would take 41 min of the 30 min" },
    { what: "full, all layers in bf16", why: "this processor has no product for it" },
  ],
  program,
  outcome: {
    sentence:
      "trial 7 is the best, with f1(macro) 0.9166 on the validation rows; it beats baseline(majority) and baseline(tfidf) by more than chance; against all-MiniLM-L6-v2, frozen no difference is shown. Since it is the best of several it looks rather too good here: `evaluate found.best` on the test split.",
    best: "trial 7",
    versus: [
      { name: "baseline(majority)", difference: 0.6944, low: 0.62, high: 0.76, verdict: "better" },
      { name: "baseline(tfidf)", difference: 0.1041, low: 0.032, high: 0.179, verdict: "better" },
      {
        name: "all-MiniLM-L6-v2, frozen",
        difference: 0.0435,
        low: -0.012,
        high: 0.101,
        verdict: "no difference shown",
      },
    ],
    scored: [
      ...probed,
      trial(1, 0.8698),
      trial(2, 0.9012, { latency: 3.4 }),
      trial(4, 0.6521),
      trial(7, 0.9166, { latency: 3.6, low: 0.86, high: 0.962 }),
    ],
    front: ["baseline(majority)", "baseline(tfidf)", "all-MiniLM-L6-v2, frozen", "trial 2", "trial 7"],
    tune,
  },
};
/** A baseline on words alone is better than the trained models. */
export const lost: AutoReport = {
  ...won,
  goal: { direction: "minimize", metric: "log_loss" },
  left: [],
  outcome: {
    sentence:
      "baseline(tfidf) wins: log_loss 0.31 on the validation rows, and the best trial has 0.37, which is more than chance. It was trained in 0.4 s: use it, or give the search more time.",
    best: "baseline(tfidf)",
    versus: [{ name: "baseline(tfidf)", difference: 0.06, low: 0.02, high: 0.11, verdict: "worse" }],
    scored: [
      { ...probed[1]!, score: 0.31, low: 0.25, high: 0.37 },
      trial(3, 0.37, { latency: 3.6, low: 0.3, high: 0.45 }),
    ],
    front: ["baseline(tfidf)"],
    tune,
  },
};
/** No training fits the budget. */
export const untrained: AutoReport = {
  ...won,
  program: null,
  left: [{ what: "all-MiniLM-L6-v2", why: "one epoch would take 3 min of the 1 min" }],
  outcome: {
    sentence:
      "all-MiniLM-L6-v2, frozen is the best that there is, with f1(macro) 0.8731 on the validation rows: no training fits: all-MiniLM-L6-v2: one epoch would take 3 min of the 1 min.",
    best: "all-MiniLM-L6-v2, frozen",
    versus: [],
    scored: probed,
    front: probed.map(({ name }) => name),
    tune: null,
  },
};
