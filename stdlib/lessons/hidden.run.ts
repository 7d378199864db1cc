/** Hidden-state distillation: squared distances as in TinyBERT, or cosine distances as in DistilBERT. */
import { cosineSimilarity } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputTerm } from "../losses/loss-term.js";
import { blockPairs, meanOverTokens, projectToTeacherWidth } from "./shared/hidden-states.js";
import { word } from "./hidden.js";

export const hidden: DistillationLossImplementation = {
  term(call): OutputTerm<"hidden"> {
    const { weight, by, blocks } = argumentsOf(word, call);
    return {
      needs: "hidden",
      reference: "frozen",
      source: TEACHER_OUTPUTS_SOURCE,
      weight,
      loss(context) {
        const [student, teacher] = [context.outputs(), context.referenceOutputs()];
        const widths = { in: student.width, out: teacher.width };
        const pairs = blockPairs(student, teacher).map(
          ([studentState, other]) => [studentState.hidden, other.hidden] as const,
        );
        const all = blocks === "last" ? pairs.slice(-1) : [[student.embeddings, teacher.embeddings] as const, ...pairs];
        return all
          .map(([studentState, other]) =>
            meanOverTokens(distance(projectToTeacherWidth(studentState, context, widths), other, by), context),
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
