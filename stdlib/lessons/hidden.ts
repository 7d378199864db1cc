import { defineWord } from "#dsl/language/types/define.js";
import { distillationWeightParameter } from "./shared/weight.js";
import { cosineSimilarity } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputLossTerm } from "../losses/loss-term.js";
import { studentTeacherBlockPairs, lossFromTokenValues, projectToTeacherWidth } from "./shared/hidden-states.js";

export const word = defineWord({
  kind: "lesson",
  name: "hidden",
  doc: "The hidden states: each block of the student, and its embeddings, learn those of the teacher's block at the same relative depth. If the student is narrower, a linear map between them is trained too and then dropped.",
  example: "distill: student(layers: 3, learns: [labels, logits, hidden])",
  references: [
    {
      title: "TinyBERT: Distilling BERT for Natural Language Understanding",
      by: "Jiao et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1909.10351",
    },
    {
      title: "DistilBERT, a distilled version of BERT",
      by: "Sanh et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1910.01108",
    },
  ],
  elsewhere: { hidden_states: "hidden", mse: "hidden", cosine: "hidden", intermediate: "hidden" },
  parameters: [
    distillationWeightParameter,
    {
      name: "by",
      type: { is: "choice", of: ["squares", "cosine"] },
      means: {
        squares: "the mean squared difference (TinyBERT)",
        cosine: "one less the cosine (DistilBERT)",
      },
      doc: "`squares`: the mean squared difference, as TinyBERT has it; `cosine`: one less the cosine, as DistilBERT has it.",
      default: { value: "squares" },
      why: "Squares compare both size and direction.",
      impact: "low",
    },
    {
      name: "blocks",
      type: { is: "choice", of: ["all", "last"] },
      means: { all: "each block, and the embeddings", last: "the last block alone" },
      doc: "Of which blocks: all, and the embeddings, or the last alone.",
      default: { value: "all" },
      why: "With few rows the middle blocks have little else to learn from.",
      impact: "medium",
    },
  ],
  capabilities: { needs: "states" },
  load: () => Promise.resolve(hidden),
});

/** Hidden-state distillation: squared distances as in TinyBERT, or cosine distances as in DistilBERT. */
const hidden: DistillationLossImplementation = {
  term(call): OutputLossTerm<"hidden"> {
    const { weight, by, blocks } = argumentsWithDefaults(word, call);
    return {
      needs: "hidden",
      reference: "frozen",
      source: TEACHER_OUTPUTS_SOURCE,
      weight,
      loss(context) {
        const [student, teacher] = [context.outputs(), context.referenceOutputs()];
        const widths = { in: student.width, out: teacher.width };
        const pairs = studentTeacherBlockPairs(student, teacher).map(
          ([studentState, other]) => [studentState.hidden, other.hidden] as const,
        );
        const all = blocks === "last" ? pairs.slice(-1) : [[student.embeddings, teacher.embeddings] as const, ...pairs];
        return all
          .map(([studentState, other]) =>
            lossFromTokenValues(distance(projectToTeacherWidth(studentState, context, widths), other, by), context),
          )
          .reduce((sum, one) => sum.add(one));
      },
    };
  },
};

/** Returns the distance per token, [batch, length]. */
function distance(x: Tensor, y: Tensor, by: "squares" | "cosine"): Tensor {
  return by === "squares" ? x.subtract(y).square().mean([-1]) : cosineSimilarity(x, y).negate().add(1);
}
