/** Distillation of logits at a temperature (Hinton et al. 2015). */
import { binaryCrossEntropies } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputTerm, TermContext } from "../losses/loss-term.js";
import { word } from "./logits.js";

export const logits: DistillationLossImplementation = {
  term(call, teacher): OutputTerm<"logits"> {
    const { weight, temperature } = argumentsOf(word, call);
    return {
      needs: "logits",
      reference: teacher,
      source: TEACHER_OUTPUTS_SOURCE,
      weight,
      loss: (context) => divergence(context, temperature),
    };
  },
};

/** Returns the KL divergence of the student's probabilities from the teacher's at a temperature, times its square. */
function divergence(context: TermContext<"logits">, temperature: number): Tensor {
  const share = context.share();
  const { logits: student, decides, places } = context.outputs();
  const { logits: teacher } = context.referenceOutputs();
  const [now, then] = [student.divide(temperature), teacher.divide(temperature)];
  const each =
    decides === "several"
      ? binaryCrossEntropies(now, then.sigmoid(), {}).mean([-1])
      : then.softmax().multiply(then.logSoftmax().subtract(now.logSoftmax())).sum([-1]);
  const mean = places ? each.mean().multiply(share.sum()) : each.multiply(share).sum();
  return mean.multiply(temperature * temperature);
}
