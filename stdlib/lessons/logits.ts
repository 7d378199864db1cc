import { defineWord } from "#dsl/language/types/define.js";
import { distillationWeightParameter } from "./shared/weight.js";
import { binaryCrossEntropies } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputLossTerm, LossTermContext } from "../losses/loss-term.js";

export const word = defineWord({
  kind: "lesson",
  name: "logits",
  doc: "The teacher's probabilities of all labels, or of all next tokens: the Kullback–Leibler divergence at a temperature, times its square; with several labels per row the binary cross-entropy.",
  example: "distill: student(layers: 3, learns: [labels, logits(temperature: 4)])",
  references: [
    {
      title: "Distilling the Knowledge in a Neural Network",
      by: "Hinton et al.",
      year: 2015,
      url: "https://arxiv.org/abs/1503.02531",
    },
  ],
  elsewhere: { soft: "logits", kl: "logits", kl_divergence: "logits", T: "temperature" },
  parameters: [
    distillationWeightParameter,
    {
      name: "temperature",
      type: { is: "number" },
      doc: "Logits are divided by it before they become probabilities, so that unlikely labels count too.",
      range: { min: 0.1, max: 100 },
      default: { value: 2 },
      why: "The value of DistilBERT.",
      impact: "medium",
    },
  ],
  capabilities: { needs: "outputs" },
  load: () => Promise.resolve(logitsDistillationLoss),
});

/** Distillation of logits at a temperature (Hinton et al. 2015). */
export const logitsDistillationLoss: DistillationLossImplementation = {
  term(call, teacher): OutputLossTerm<"logits"> {
    const { weight, temperature } = argumentsWithDefaults(word, call);
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
function divergence(context: LossTermContext<"logits">, temperature: number): Tensor {
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
