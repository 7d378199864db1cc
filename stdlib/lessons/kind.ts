/**
 * Distillation losses (kind `lesson`): a student imitates its teacher on the same rows. Each word gives one loss term.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { OutputLossTerm } from "../losses/loss-term.js";

/** The teacher is a model in the same program, or its logits were cached before the training. */
export type TeacherSource = "frozen" | "cached";

export interface DistillationLossImplementation {
  term(call: Call, teacher: TeacherSource): OutputLossTerm;
}

/** Source name of the inputs with a teacher's cached logits; the files of runs use the same name. */
export const TEACHER_OUTPUTS_SOURCE = "lesson";

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    lesson: DistillationLossImplementation;
  }
}
