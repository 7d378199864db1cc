/**
 * O-LoRA: separate LoRA ranks for each data set, with those of earlier ones frozen. The penalty λ · Σ |A Aᵢᵀ| makes
 * them orthogonal.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TrainedParameter } from "../losses/loss-term.js";
import type { FrozenPart, StrategyImplementation } from "./kind.js";
import { stackedPartAxis } from "./shared/stacked-parts.js";
import { word } from "./o_lora.js";

export const oLora: StrategyImplementation = {
  states: [],
  frozenPart,
  terms: (call) => [
    {
      needs: "parameters",
      reference: "none",
      gradients: (graph, parameters) => parameters.map((parameter) => repelled(call, graph, parameter)),
    },
  ],
};

/** Adds the gradient of strength · Σ |A Aᵢᵀ| to that of the current data's ranks. */
function repelled(call: Call, graph: Graph, { name, value, gradient }: TrainedParameter): Tensor {
  const frozen = frozenPart(call, name, value.shape as readonly number[]);
  if (frozen?.axis !== 0) return gradient;
  const { first } = frozen;
  return graph.withPath(name, () => {
    const [earlier, current] = value.split(0, [first, (value.shape[0] as number) - first]);
    const [fixed, free] = [must(earlier, "ranks of earlier data"), must(current, "ranks of these data")];
    const overlap = free.matmul(fixed, { transposeB: true }).sign();
    const added = overlap.matmul(fixed).multiply(argumentsOf(word, call).strength);
    return gradient.add(graph.concat([fixed.filled(0), added], 0));
  });
}

function frozenPart(call: Call, name: string, shape: readonly number[]): FrozenPart | null {
  const axis = stackedPartAxis(name);
  const { rank } = argumentsOf(word, call);
  if (axis === null || typeof rank !== "number") return null;
  const first = must(shape[axis], "an axis") - rank;
  return first > 0 ? { axis, first } : null;
}
