import { defineWord } from "#dsl/language/types/define.js";
import { distillationWeightParameter } from "./shared/weight.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { OutputLossTerm } from "../losses/loss-term.js";

export const word = defineWord({
  kind: "lesson",
  name: "labels",
  doc: "The labels of the rows: the task's own loss.",
  example: "distill: student(layers: 3, learns: [labels, logits(weight: 2)])",
  elsewhere: { hard: "labels", task: "labels", cross_entropy: "labels" },
  parameters: [distillationWeightParameter],
  capabilities: { needs: "task_loss" },
  load: () => Promise.resolve(taskDistillationLoss),
});

/** The task's own loss, which every training without a teacher uses too. */
export const taskDistillationLoss: DistillationLossImplementation = {
  term: (call): OutputLossTerm<"task_loss"> => ({
    needs: "task_loss",
    reference: "none",
    source: TEACHER_OUTPUTS_SOURCE,
    weight: argumentsWithDefaults(word, call).weight,
    loss: ({ outputs }) => outputs(),
  }),
};
