/** Quadratic penalties: parameters are kept near an anchor. */
import { moment } from "../../optimizers/shared/clipping.js";
import type { ParameterTerm } from "../../losses/loss-term.js";

/** (factor / 2) · Σ importance · (parameter − anchor)²; `anchor` and `importance` are prefixes of states, importance is 1 by default. */
export function quadraticPenalty(o: {
  readonly factor: number;
  readonly anchor: string;
  readonly importance?: string;
}): ParameterTerm {
  return {
    needs: "parameters",
    reference: "none",
    gradients: (graph, parameters) =>
      parameters.map(({ name, value, gradient }) =>
        graph.at(name, () => {
          const distance = value.subtract(moment(graph, o.anchor + name, value));
          const weighted =
            o.importance === undefined ? distance : distance.multiply(moment(graph, o.importance + name, value));
          return gradient.add(weighted.multiply(o.factor));
        }),
      ),
  };
}
