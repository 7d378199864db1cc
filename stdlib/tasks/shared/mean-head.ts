/**
 * A linear head over the mean of a text's states, if the task's call selects it instead of the family's own head. The
 * mean is normalized, as in `baseline(probe)`, so only its direction counts. It is scaled to a mean square of 1, so
 * that the usual learning rates of heads apply.
 */
import { defineParameter } from "#dsl/language/types/define.js";
import type { HeadContext } from "#dsl/language/types/capabilities/model.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelOutputs } from "../../models/kind.js";
import { normalizeVectors, poolTokens } from "./pooling.js";

export const poolingParameter = defineParameter({
  name: "pooling",
  type: { is: "choice", of: ["mean"] },
  means: { mean: "the mean over all tokens, brought to one length" },
  doc: "The input of the head. `mean`: the mean of the tokens' states, normalised to length 1, through one linear layer; by default the input of the family's own head (mostly the first token's state). transformers has no such head: `onnx`, `savedmodel`, `tflite`, `coreml` and `container` support it, `huggingface` refuses it.",
  default: {
    derived: "`mean` if the technique fits the head exactly (`head_only(fit: exact)`), otherwise the family's own head",
    from: (_draft, context): "mean" | undefined => (findsExactly(context) ? "mean" : undefined),
  },
  why: "A base trained for text vectors has most information in the mean of its states, which works without training the base and with few rows; the first token's state needs more training.",
  impact: "medium",
});

function findsExactly({ statement, find }: WordCheckContext): boolean {
  const technique = statement["technique"];
  if (technique === undefined || !isCall(technique)) return false;
  return find("technique", technique.word)?.capabilities?.isExact?.(technique) === true;
}

export const usesMeanPooling = ({ arguments: { pooling: by } }: Pick<Call, "arguments">): boolean => by === "mean";

/** Returns the number of elements; null if the call does not select this head. */
export function meanHeadElementCount(
  hidden: number,
  outputs: number,
  { call }: Pick<HeadContext, "call">,
): number | null {
  return call && usesMeanPooling(call) ? hidden * outputs + outputs : null;
}

/** Path of the head's only layer. */
export const MEAN_HEAD_PATH = "mean_classifier";

/** [batch, hidden]. */
export function meanFeatures(
  body: ModelOutputs,
  { mask, hidden }: { readonly mask: Tensor; readonly hidden: number },
): Tensor {
  return normalizeVectors(poolTokens(body, mask, "mean")).multiply(Math.sqrt(hidden));
}
