import { defineWord } from "#dsl/language/types/define.js";
import type { PrivacyImplementation } from "./kind.js";
import { epsilonByRdp } from "./shared/rdp.js";
import { privacyGuaranteeOf, USEFUL_EPSILON_LIMIT, epsilonByAccountant } from "./shared/budget.js";

export const word = defineWord({
  kind: "privacy",
  name: "differential",
  doc: "Differentially private training (DP-SGD): for each update every row is drawn at random, its gradient is clipped to the norm `clip`, and noise is added to the sum. Then no result is more than e^ε times likelier with any one row than without it, except with probability δ. The least noise that keeps this guarantee over all updates is computed and shown in the plan.",
  example: "privacy: differential(epsilon: 8, delta: 1e-5, clip: 1.0)",
  references: [
    {
      title: "Deep Learning with Differential Privacy",
      by: "Abadi et al.",
      year: 2016,
      url: "https://arxiv.org/abs/1607.00133",
    },
    {
      title: "Rényi Differential Privacy of the Sampled Gaussian Mechanism",
      by: "Mironov, Talwar and Zhang",
      year: 2019,
      url: "https://arxiv.org/abs/1908.10530",
    },
    {
      title: "Numerical Composition of Differential Privacy",
      by: "Gopi, Lee and Wutschitz",
      year: 2021,
      url: "https://arxiv.org/abs/2106.02848",
    },
    {
      title: "How to DP-fy ML: A Practical Guide to Machine Learning with Differential Privacy",
      by: "Ponomareva et al.",
      year: 2023,
      url: "https://arxiv.org/abs/2303.00654",
    },
  ],
  elsewhere: {
    dp: "differential",
    DP: "differential",
    dpsgd: "differential",
    dp_sgd: "differential",
    DPSGD: "differential",
    opacus: "differential",
    PrivacyEngine: "differential",
    make_private: "differential",
    make_private_with_epsilon: "differential",
    differential_privacy: "differential",
    eps: "epsilon",
    target_epsilon: "epsilon",
    privacy_budget: "epsilon",
    budget: "epsilon",
    target_delta: "delta",
    max_grad_norm: "clip",
    l2_norm_clip: "clip",
    clipping_norm: "clip",
    per_example_max_grad_norm: "clip",
    clip_norm: "clip",
    noise_multiplier: "noise",
    sigma: "noise",
    mechanism: "accountant",
    level: "unit",
    granularity: "unit",
  },
  advice: {
    poisson_sampling: "remove it: rows are always drawn by chance, each by itself",
    sample_rate: "remove it: it follows of `batch_size` and the rows",
    epochs: "write `epochs` in the recipe",
    secure_mode: "remove it: the noise always comes from a secure generator",
    grad_sample_mode: "remove it: each row is cut by itself in any case",
    clipping: "remove it: each row is cut to `clip`, over all parameters together",
  },
  oneOf: ["epsilon", "noise"],
  parameters: [
    {
      name: "epsilon",
      type: { is: "number" },
      doc: "The promise: no outcome is more than e^ε times likelier with any one row than without it. The noise follows of it.",
      range: { min: 0, max: 1000, exclusive: true },
      positional: true,
      why: "Up to 1 is strong, up to 10 is useful in practice; the smaller, the more noise and the lower the scores.",
      impact: "high",
    },
    {
      name: "delta",
      type: { is: "number" },
      doc: "The chance that the promise doesn't hold. It must be far below 1 / rows.",
      range: { min: 0, max: 0.5, exclusive: true },
      default: {
        derived:
          "1e-5, or less for more than about 35,000 rows: 1 / rows^1.1, which is less than the chance of publishing one random row",
        from: () => null,
      },
      why: "A δ of 1 / rows would allow to publish a complete row.",
      impact: "medium",
    },
    {
      name: "clip",
      type: { is: "number" },
      doc: "Maximum norm of a row's gradient, over all parameters that train; longer ones are scaled down. The noise scales with it.",
      range: { min: 1e-6, max: 1e6 },
      default: { value: 1 },
      why: "0.1 to 1 is usual, and `adamw` hardly depends on it.",
      impact: "medium",
      related: ["noise"],
    },
    {
      name: "unit",
      type: {
        is: "choice",
        of: ["row", "client"],
        elsewhere: { example: "row", sample: "row", record: "row", user: "client" },
      },
      misfits: {
        word: "it can be `row` or `client`: to hide all rows of one person, make each person a client, as in `federate … { clients: by_column(patient), privacy: differential(8, unit: client) }`",
      },
      means: {
        row: "whether a row was used for training stays hidden",
        client: "whether a client takes part stays hidden, with all its rows",
      },
      doc: "The unit of the guarantee. If a person wrote several rows, a guarantee per row protects the person less.",
      default: { derived: "each row in `train`; a federated training has to say it", from: () => null },
      why: "The unit should be all data of one person.",
      impact: "high",
    },
    {
      name: "accountant",
      type: {
        is: "choice",
        of: ["rdp", "prv"],
        elsewhere: { renyi: "rdp", moments: "rdp", pld: "prv", gdp: "prv", fft: "prv" },
      },
      means: {
        rdp: "Rényi orders, as in most papers; composes exactly",
        prv: "numerical composition: less noise, more computation",
      },
      doc: "How the privacy loss of all updates is composed.",
      default: { value: "rdp" },
      why: "Most papers count by Rényi's orders; both counts are proofs.",
      impact: "low",
    },
    {
      name: "noise",
      type: { is: "number" },
      doc: "Instead of `epsilon`: the noise's deviation in units of `clip`, from which ε follows.",
      range: { min: 0, max: 10000, exclusive: true },
      why: "To repeat published results with their noise multiplier.",
      impact: "high",
      related: ["epsilon"],
    },
  ],
  check({ arguments: { epsilon } }, context) {
    if (epsilon !== undefined && epsilon > USEFUL_EPSILON_LIMIT) context.report("weak-privacy", { epsilon }, "epsilon");
  },
  capabilities: {
    privacyUnit: ({ arguments: { unit } }) => (unit === "row" || unit === "client" ? unit : null),
    maxNorm: ({ arguments: { clip } }) => clip,
    guarantee: privacyGuaranteeOf,
  },
  load: () => Promise.resolve(differential),
});

const differential: PrivacyImplementation = {
  spent({ arguments: { accountant, delta } }, done) {
    if (typeof delta !== "number") throw new Error("differential: the call is incomplete, it has no δ");
    // If numerical composition is infeasible, Rényi orders give an upper bound.
    return epsilonByAccountant(String(accountant), done, delta) ?? epsilonByRdp(done, delta);
  },
};
