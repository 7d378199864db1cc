import { defineWord } from "#dsl/language/types/define.js";
import { addRoutedLoraPart } from "./shared/routed-parts.js";
import { ranksParameter } from "./shared/parameters.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { FrozenParameterPart, UpdatedParameter, StrategyImplementation } from "./kind.js";
import { stackedPartAxis } from "./shared/stacked-parts.js";
import {
  EARLIER_LABELS_STATE_NAME,
  EARLIER_LABELS_STATE,
  KNOWN_LABELS_STATE_NAME,
  ROUTE_MEANS_STATE_NAME,
} from "../techniques/shared/routed-settings.js";

export const word = defineWord({
  kind: "strategy",
  name: "lora_per_task",
  doc: "A separate LoRA for each data set: earlier ones do not change at all, nor do the head's rows of earlier labels. Each row to predict is routed to one of them, by the data set whose mean is nearest to the row (mean over tokens of the base's output), and gets a label known at that stage. So a prediction takes two passes. It stores no rows.",
  example: "strategy: lora_per_task",
  references: [
    {
      title: "Learning to Prompt for Continual Learning",
      by: "Wang et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2112.08654",
    },
  ],
  elsewhere: { task_specific_lora: "lora_per_task", lora_r: "rank", r: "rank" },
  parameters: [
    {
      name: "route",
      type: { is: "choice", of: ["nearest_mean"] },
      positional: true,
      means: { nearest_mean: "to the data set whose mean base output is nearest to the row" },
      doc: "How a row is routed.",
      default: { value: "nearest_mean" },
      why: "It trains nothing that could be forgotten.",
      impact: "medium",
    },
    ranksParameter,
  ],
  capabilities: { isExclusive: true, needsDecision: true, growTechnique: addRoutedLoraPart },
  load: () => Promise.resolve(loraPerTask),
});

/** One LoRA per data set. Those of earlier data sets, their head weights and their routing states stay frozen. */
export const loraPerTask: StrategyImplementation = {
  states: [],
  constants: [EARLIER_LABELS_STATE_NAME],
  routes: true,
  frozenPart,
  afterUpdate(_call, graph, parameters) {
    const head = parameters.filter((one) => one.head !== undefined);
    if (head.length === 0) return;
    const earlier = graph.state(EARLIER_LABELS_STATE_NAME, EARLIER_LABELS_STATE);
    for (const one of head)
      graph.update(
        one.name,
        graph.withPath(one.name, () => withEarlierLabels(one, earlier)),
      );
  },
};

function frozenPart(call: Call, name: string, shape: readonly number[]): FrozenParameterPart | null {
  const { rank } = argumentsWithDefaults(word, call);
  const axis = name === ROUTE_MEANS_STATE_NAME || name === KNOWN_LABELS_STATE_NAME ? 0 : stackedPartAxis(name);
  if (axis === null || typeof rank !== "number") return null;
  const first =
    mustExist(shape[axis], "an axis") -
    (name === ROUTE_MEANS_STATE_NAME || name === KNOWN_LABELS_STATE_NAME ? 1 : rank);
  return first > 0 ? { axis, first } : null;
}

/**
 * Restores the value before the update where earlier data had labels: the complete parameter, or the rows of those
 * labels.
 */
function withEarlierLabels({ value, after, head }: UpdatedParameter, earlier: Tensor): Tensor {
  if (head === "other") return earlier.greater(0).select(value, after);
  const { rank } = value;
  const rows = value.range(0).cast("f32");
  const known = rows.less(earlier);
  const ones = Array.from({ length: rank - 1 }, () => 1);
  return known.reshape([mustExist(value.shape[0], "rows"), ...ones]).select(value, after);
}
