/** Hinton's distillation: what a teacher says, at a temperature. */
import { binaryCrossEntropies } from "#dsl/graph/losses.js";
import { argumentsOf } from "#dsl/types/filled.js";
import type { LessonImplementation } from "../kinds/lesson.js";
import { word } from "./logits.js";

export const logits: LessonImplementation = {
  weight: (call) => argumentsOf(word, call).weight,
  loss(call, { said, share }) {
    const { temperature } = argumentsOf(word, call);
    const { student, teacher, decides, places } = said();
    const [now, then] = [student.divide(temperature), teacher.divide(temperature)];
    const each =
      decides === "several"
        ? binaryCrossEntropies(now, then.sigmoid(), {}).mean([-1])
        : then.softmax().multiply(then.logSoftmax().subtract(now.logSoftmax())).sum([-1]);
    const mean = places ? each.mean().multiply(share.sum()) : each.multiply(share).sum();
    return mean.multiply(temperature * temperature);
  },
};
