/**
 * Elastic weight consolidation. Each parameter has the states `ewc.fisher/<name>`, the sum over earlier data, and
 * `ewc.anchor/<name>`. The penalties of several data sets merge into one: Σ Fₖ (θ − θₖ)² has the gradient of (Σ Fₖ) (θ
 * − θ̄)², where θ̄ is the mean of the θₖ weighted by Fₖ. If all Fₖ are zero, θ̄ is the latest θₖ and there is no
 * penalty.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { FisherOptions, StrategyImplementation } from "./kind.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { quadraticPenalty } from "./shared/penalty.js";
import { word } from "./ewc.js";

const FISHER = "ewc.fisher/";
const ANCHOR = "ewc.anchor/";

export const ewc: StrategyImplementation = {
  states: [FISHER, ANCHOR],
  anchors: [ANCHOR],
  terms: (call) => [quadraticPenalty({ factor: argumentsOf(word, call).strength, anchor: ANCHOR, importance: FISHER })],
  fisher(call): FisherOptions {
    const { fisher, rows } = argumentsOf(word, call);
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
  return argumentsOf(word, call).online ?? null;
}
