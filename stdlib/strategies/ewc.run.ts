/**
 * Elastic weight consolidation. Beside each parameter stand `ewc.fisher/<name>`, the sum of what earlier data said, and
 * `ewc.anchor/<name>`. Penalties of several data sets are one: Σ Fₖ (θ − θₖ)² has the gradient of (Σ Fₖ) (θ − θ̄)², θ̄ being
 * the mean of the θₖ weighed by their Fₖ; where all Fₖ are zero it is the latest θₖ, and pulls at nothing.
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
      // anchor + (θ − anchor) · F / ΣF: nothing is lost to rounding where both are near each other.
      const share = own.divide(sum.maximum(TINY));
      const moved = anchor.add(value.subtract(anchor).multiply(share));
      graph.update(ANCHOR + name, decay === null ? sum.greater(0).select(moved, value) : value);
    }
  },
};

/** Below any square of a gradient that f32 tells from zero. */
const TINY = 1e-38;

function decayOf(call: Call): number | null {
  return argumentsOf(word, call).online ?? null;
}
