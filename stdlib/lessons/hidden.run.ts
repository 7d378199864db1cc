/** What blocks hand on, as TinyBERT (squares) and DistilBERT (cosine) learn it. */
import { cosineSimilarity } from "#dsl/graph/losses.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import { argumentsOf } from "#dsl/types/filled.js";
import type { LessonImplementation } from "../kinds/lesson.js";
import { asWide, overTokens, sideBySide } from "../lib/lessons/within.js";
import { word } from "./hidden.js";

export const hidden: LessonImplementation = {
  weight: (call) => argumentsOf(word, call).weight,
  loss(call, lesson) {
    const { by, blocks } = argumentsOf(word, call);
    const { student, teacher } = lesson.within();
    const widths = { in: student.width, out: teacher.width };
    const pairs = sideBySide(student, teacher).map(([own, of]) => [own.hidden, of.hidden] as const);
    const all = blocks === "last" ? pairs.slice(-1) : [[student.embeddings, teacher.embeddings] as const, ...pairs];
    return all
      .map(([own, of]) => overTokens(apart(asWide(own, lesson, widths), of, by), lesson))
      .reduce((sum, one) => sum.add(one));
  },
};

/** [batch, length]. */
function apart(x: Tensor, y: Tensor, by: "squares" | "cosine"): Tensor {
  return by === "squares" ? x.subtract(y).square().mean([-1]) : cosineSimilarity(x, y).negate().add(1);
}
