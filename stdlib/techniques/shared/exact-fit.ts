/**
 * `fit: exact` of `head_only`: the heads that can be solved exactly, and the training options that it does not support.
 */
import { isCall } from "#dsl/compiler/plan/value.js";
import { defineParameter } from "#dsl/language/types/define.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Arguments, Call } from "#dsl/language/types/value.js";
import { usesMeanPooling } from "../../tasks/shared/mean-head.js";

export const headFitParameter = defineParameter({
  name: "fit",
  type: { is: "choice", of: ["exact"] },
  means: { exact: "the best head there is, found at once" },
  doc: "How the head is fitted. `exact`: at once, as a logistic regression (L-BFGS) over the mean of each text's states, which the base computes once; a fifth of the rows selects the strength of its penalty. It is the same model as `baseline(probe)`, and needs `text_classification(pooling: mean)`. Batch size, epochs and rate change nothing. Of more than 10,000 rows, 10,000 at equal distances are used. By default the head is trained by steps.",
  why: "If the base does not train, its head has a single optimum, and a few hundred rows are enough to find it in one pass.",
  impact: "high",
});

/** Options that change the loss of a training by gradient steps, with the reason why an exact fit lacks them. */
const BENT: Readonly<Record<string, string>> = {
  class_weight: "rows weigh the same in an exact fit",
  focal: "an exact fit weighs easy rows as much as hard ones",
  label_smoothing: "an exact fit uses the labels without smoothing",
};

/** Reports `exact-fit-refused`. */
export function checkExactFit(call: Call<Arguments & { readonly from?: string }>, context: WordCheckContext): void {
  const given = context.statement["task"] ?? context.model?.["task"];
  if (given === undefined || !isCall(given)) return;
  const refuse = (why: string, instead: string): void => context.report("exact-fit-refused", { why, instead });
  const steps = "remove `fit: exact`: then the head is trained by steps";
  if (!usesMeanPooling(given)) {
    refuse(`\`${given.word}\` has no head over the mean of a text's states`, steps);
    return;
  }
  const bent = Object.keys(BENT).find((name) => given.arguments[name] !== undefined);
  if (bent !== undefined)
    refuse(`${BENT[bent] ?? ""}, and the task has \`${bent}\``, `remove \`${bent}\`, or ${steps.slice(7)}`);
  else if (call.arguments.from !== undefined)
    refuse("it has no starting point, but `from` names a head to start from", "remove `from`");
}
