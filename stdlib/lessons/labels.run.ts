/** The task's own loss, which every training without a teacher uses too. */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputTerm } from "../losses/loss-term.js";
import { word } from "./labels.js";

export const labels: DistillationLossImplementation = {
  term: (call): OutputTerm<"task_loss"> => ({
    needs: "task_loss",
    reference: "none",
    source: TEACHER_OUTPUTS_SOURCE,
    weight: argumentsOf(word, call).weight,
    loss: ({ outputs }) => outputs(),
  }),
};
