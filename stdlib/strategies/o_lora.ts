import { defineWord } from "#dsl/language/types/define.js";
import { addStackedLoraPart, stackedPartAxis } from "./shared/stacked-parts.js";
import { ranksParameter, strengthParameter } from "./shared/parameters.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TrainedParameter } from "../losses/loss-term.js";
import type { FrozenParameterPart, StrategyImplementation } from "./kind.js";

export const word = defineWord({
  kind: "strategy",
  name: "o_lora",
  doc: "Orthogonal LoRA: each data set gets its own ranks in addition to those of earlier data, which do not change, and learns in directions that these do not use: strength · Σ |A Aᵢᵀ| over all earlier Aᵢ is added to the loss. The adapter grows by `rank` with each data set. The head trains on. It stores no rows.",
  example: "strategy: o_lora(strength: 0.5)",
  references: [
    {
      title: "Orthogonal Subspace Learning for Language Model Continual Learning",
      by: "Wang et al.",
      year: 2023,
      url: "https://arxiv.org/abs/2310.14152",
    },
  ],
  elsewhere: {
    olora: "o_lora",
    O_LoRA: "o_lora",
    OLoRA: "o_lora",
    orthogonal_lora: "o_lora",
    lambda: "strength",
    lamda_1: "strength",
    lambda_1: "strength",
    lora_r: "rank",
    r: "rank",
  },
  parameters: [
    strengthParameter(
      0.5,
      "Weight of the overlap with the directions of earlier data, relative to the rows' loss (λ₁).",
      "The authors' value. Their program sums absolute values where the paper writes squares: near zero, which is the goal, squares have hardly any gradient.",
    ),
    ranksParameter,
  ],
  capabilities: { growTechnique: addStackedLoraPart },
  load: () => Promise.resolve(oLora),
});

/**
 * O-LoRA: separate LoRA ranks for each data set, with those of earlier ones frozen. The penalty λ · Σ |A Aᵢᵀ| makes
 * them orthogonal.
 */
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
    const [fixed, free] = [mustExist(earlier, "ranks of earlier data"), mustExist(current, "ranks of these data")];
    const overlap = free.matmul(fixed, { transposeB: true }).sign();
    const added = overlap.matmul(fixed).multiply(argumentsWithDefaults(word, call).strength);
    return gradient.add(graph.concat([fixed.filled(0), added], 0));
  });
}

function frozenPart(call: Call, name: string, shape: readonly number[]): FrozenParameterPart | null {
  const axis = stackedPartAxis(name);
  const { rank } = argumentsWithDefaults(word, call);
  if (axis === null || typeof rank !== "number") return null;
  const first = mustExist(shape[axis], "an axis") - rank;
  return first > 0 ? { axis, first } : null;
}
