import { defineWord } from "#dsl/language/types/define.js";
import { lessonWeightParameter } from "./shared/weight.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputTerm } from "../losses/loss-term.js";

export const word = defineWord({
  kind: "lesson",
  name: "labels",
  doc: "The labels of the rows: the task's own loss.",
  example: "distill: student(layers: 3, learns: [labels, logits(weight: 2)])",
  elsewhere: { hard: "labels", task: "labels", cross_entropy: "labels" },
  parameters: [lessonWeightParameter],
  capabilities: { needs: "task_loss" },
  load: () => Promise.resolve(labels),
});

/** The task's own loss, which every training without a teacher uses too. */
export const labels: DistillationLossImplementation = {
  term: (call): OutputTerm<"task_loss"> => ({
    needs: "task_loss",
    reference: "none",
    source: TEACHER_OUTPUTS_SOURCE,
    weight: argumentsOf(word, call).weight,
    loss: ({ outputs }) => outputs(),
  }),
};
