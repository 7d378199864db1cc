/** Quadratic penalties that keep parameters near an anchor. */
import { momentState } from "../../optimizers/shared/clipping.js";
import type { ParameterLossTerm } from "../../losses/loss-term.js";

/**
 * (factor / 2) · Σ importance · (parameter − anchor)². `anchor` and `importance` are state-name prefixes; the
 * importance is 1 by default.
 */
export function quadraticPenalty(options: {
  readonly factor: number;
  readonly anchor: string;
  readonly importance?: string;
}): ParameterLossTerm {
  return {
    needs: "parameters",
    reference: "none",
    gradients: (graph, parameters) =>
      parameters.map(({ name, value, gradient }) =>
        graph.withPath(name, () => {
          const distance = value.subtract(momentState(graph, options.anchor + name, value));
          const weighted =
            options.importance === undefined
              ? distance
              : distance.multiply(momentState(graph, options.importance + name, value));
          return gradient.add(weighted.multiply(options.factor));
        }),
      ),
  };
}
