/** Next-token prediction: every token of a text is predicted from those before it. */
import type { LanguageModelingMetricInput } from "../../metrics/kind.js";
import type { Supervision } from "../kind.js";
import { causalLm } from "../../row-formats/causal-lm.js";

export const nextTokenSupervision: Supervision = {
  rowFormat: causalLm,
  inputs: () => ({ targets: { dtype: "i32", shape: ["targets"] }, labels: { dtype: "i32", shape: ["targets"] } }),
};

/** Metrics of a token loss that validations report. */
export function tokenLossMetrics({
  loss,
}: Pick<LanguageModelingMetricInput, "loss">): Readonly<Record<string, number>> {
  return { loss, perplexity: Math.exp(loss) };
}
