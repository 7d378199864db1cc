/**
 * `fit: exact` of `head_only`: the heads that can be solved exactly, and the training options that it does not support.
 */
import { isCall } from "#dsl/compiler/plan/value.js";
import { defineParameter } from "#dsl/language/types/define.js";
import type { CheckContext } from "#dsl/language/types/context.js";
import type { Arguments, Call } from "#dsl/language/types/value.js";
import { usesMeanPooling } from "../../tasks/shared/mean-head.js";

export const fitParameter = defineParameter({
  name: "fit",
  type: { is: "choice", of: ["exact"] },
  means: { exact: "the best head there is, found at once" },
  doc: "How the head is found. `exact`: at once, as a logistic regression (L-BFGS) over the mean of each text's states, which the base reads once; a fifth of the rows says how strong its penalty is. It is what `baseline(probe)` measures, as a model to keep, and takes `text_classification(pooling: mean)`. Batch, epochs and rate change nothing. Of more than 10,000 rows as many at equal distances are learnt. Left out, the head learns by steps.",
  why: "Where the base stays as it is its head has one best state, and a few hundred rows are enough to find it in the time of one reading.",
  impact: "high",
});

/** Options that change the loss of a training by gradient steps, with the reason why an exact fit lacks them. */
const BENT: Readonly<Record<string, string>> = {
  class_weight: "rows count alike in an exact fit",
  focal: "an exact fit minds easy rows as much as hard ones",
  label_smoothing: "an exact fit learns labels as they are",
};

/** Reports `exact-fit-refused`. */
export function checkExactFit(call: Call<Arguments & { readonly from?: string }>, context: CheckContext): void {
  const given = context.statement["task"] ?? context.model?.["task"];
  if (given === undefined || !isCall(given)) return;
  const refuse = (why: string, instead: string): void => context.report("exact-fit-refused", { why, instead });
  const steps = "leave out `fit: exact`: then the head learns by steps";
  if (!usesMeanPooling(given)) {
    refuse(`\`${given.word}\` has no head over the mean of a text's states`, steps);
    return;
  }
  const bent = Object.keys(BENT).find((name) => given.arguments[name] !== undefined);
  if (bent !== undefined)
    refuse(`${BENT[bent] ?? ""}, and \`${bent}\` stands in the task`, `leave out \`${bent}\`, or ${steps.slice(10)}`);
  else if (call.arguments.from !== undefined)
    refuse("it goes on from nothing, and `from` names a head to begin with", "leave out `from`");
}
