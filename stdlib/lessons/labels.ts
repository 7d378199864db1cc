import { defineWord } from "#dsl/language/types/define.js";
import { lessonWeightParameter } from "./shared/weight.js";

export const word = defineWord({
  kind: "lesson",
  name: "labels",
  doc: "What the rows themselves say: the task's own loss.",
  example: "distill: student(layers: 3, learns: [labels, logits(weight: 2)])",
  elsewhere: { hard: "labels", task: "labels", cross_entropy: "labels" },
  parameters: [lessonWeightParameter],
  capabilities: { needs: "task_loss" },
  load: async () => (await import("./labels.run.js")).labels,
});
