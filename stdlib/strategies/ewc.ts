import { defineWord } from "#dsl/language/types/define.js";
import { strengthParameter } from "./shared/parameters.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { FisherOptions, StrategyImplementation } from "./kind.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { quadraticPenalty } from "./shared/penalty.js";

export const word = defineWord({
  kind: "strategy",
  name: "ewc",
  doc: "Elastic weight consolidation: keeps each weight near its value after earlier data, the more the earlier predictions depend on it: (strength / 2) · Σ F (θ − θ*)² is added to the loss, F being the diagonal of the Fisher information, row by row.",
  example: "strategy: ewc(strength: 1000, fisher: sampled)",
  references: [
    {
      title: "Overcoming catastrophic forgetting in neural networks",
      by: "Kirkpatrick et al.",
      year: 2017,
      url: "https://doi.org/10.1073/pnas.1611835114",
    },
    {
      title: "On the Computation of the Fisher Information in Continual Learning",
      by: "van de Ven",
      year: 2025,
      url: "https://arxiv.org/abs/2502.11756",
    },
    {
      title: "Progress & Compress (online EWC)",
      by: "Schwarz et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1805.06370",
    },
  ],
  elsewhere: {
    EWC: "ewc",
    elastic_weight_consolidation: "ewc",
    ewc_lambda: "strength",
    lambda: "strength",
    importance: "strength",
    fisher_n: "rows",
    fisher_labels: "fisher",
    gamma: "online",
    decay_factor: "online",
  },
  advice: { mode: "remove it, or write `online: 0.95` for online EWC" },
  parameters: [
    strengthParameter(
      1000,
      "Weight of the penalty, relative to the rows' loss. The best value depends on task and technique: `sweep` it by forgetting.",
      "F is small where a model is certain, so its factor is large.",
    ),
    {
      name: "fisher",
      type: {
        is: "choice",
        of: ["exact", "sampled", "empirical", "batched"],
        elsewhere: { true: "empirical", sample: "sampled", all: "exact", batch: "batched" },
      },
      doc: "The labels whose log-probability is differentiated, for each row separately. `exact`: all labels, weighted by their probabilities; `sampled`: one label drawn from these; `empirical`: the row's own label. Without a single label per row, all three equal `empirical`. `batched` squares the mean over a batch, which is not Fisher information: many programs do so, and it is available for comparison.",
      default: {
        derived:
          "exact if a row has one of at most five labels (three if all weights train); with more labels along four directions (two), the last of which estimates all others without bias; empirical if the task has no labels to draw from",
        from: () => null,
      },
      means: {
        exact: "all labels, weighed by their probabilities",
        sampled: "one label, drawn by their probabilities",
        empirical: "the row's own label",
        batched: "the mean gradient of a batch, squared: for comparison",
      },
      why: "Exact needs a backward pass for each label but one, and is the information itself; by default it takes about three epochs at most, and groups unlikely labels. A drawn label needs one pass and is unbiased; a row's own label is biased, and small where the model is right.",
      impact: "medium",
    },
    {
      name: "rows",
      type: { is: "number", integer: true },
      doc: "Most rows of each data set that are looked at.",
      range: { min: 1 },
      default: { derived: "all of them", from: () => null },
      why: "All rows take as long as one to three epochs; some hundreds often suffice.",
      impact: "low",
    },
    {
      name: "online",
      type: { is: "number" },
      doc: "Online EWC: one sum for all data sets, with earlier ones weighted by this factor (1: not reduced), and one anchor at the latest weights. By default every data set has its own penalty (stored as one sum, which is equivalent).",
      range: { min: 0, max: 1, exclusive: true },
      default: { derived: "a penalty for each data set", from: () => null },
      why: "After many data sets the penalties add up until nothing can be learned.",
      impact: "medium",
    },
  ],
  capabilities: {
    isPerRow: ({ arguments: { fisher } }) => fisher !== "batched",
    needsOneLabel: ({ arguments: { fisher } }) =>
      fisher === "exact" || fisher === "sampled" ? { asked: `fisher: ${fisher}`, instead: "fisher: empirical" } : null,
  },
  load: () => Promise.resolve(ewc),
});

/**
 * Elastic weight consolidation. Each parameter has the states `ewc.fisher/<name>`, the sum over earlier data, and
 * `ewc.anchor/<name>`. The penalties of several data sets merge into one: Σ Fₖ (θ − θₖ)² has the gradient of (Σ Fₖ) (θ
 * − θ̄)², where θ̄ is the mean of the θₖ weighted by Fₖ. If all Fₖ are zero, θ̄ is the latest θₖ and there is no
 * penalty.
 */
const FISHER = "ewc.fisher/";
const ANCHOR = "ewc.anchor/";

export const ewc: StrategyImplementation = {
  states: [FISHER, ANCHOR],
  anchors: [ANCHOR],
  terms: (call) => [
    quadraticPenalty({ factor: argumentsWithDefaults(word, call).strength, anchor: ANCHOR, importance: FISHER }),
  ],
  fisher(call): FisherOptions {
    const { fisher, rows } = argumentsWithDefaults(word, call);
    return { labels: fisher, rows };
  },
  consolidate(call, graph, { parameters, squared }) {
    const decay = decayOf(call);
    for (const { name, value } of parameters) {
      const before = momentState(graph, FISHER + name, value);
      const anchor = momentState(graph, ANCHOR + name, value);
      const own = squared(name);
      const decayed = decay === null ? before : before.multiply(decay);
      const sum = decayed.add(own);
      graph.update(FISHER + name, sum);
      // anchor + (θ − anchor) · F / ΣF avoids rounding errors if both are close.
      const share = own.divide(sum.maximum(TINY));
      const moved = anchor.add(value.subtract(anchor).multiply(share));
      graph.update(ANCHOR + name, decay === null ? sum.greater(0).select(moved, value) : value);
    }
  },
};

/** Smaller than any squared gradient that f32 distinguishes from zero. */
const TINY = 1e-38;

function decayOf(call: Call): number | null {
  return argumentsWithDefaults(word, call).online ?? null;
}
