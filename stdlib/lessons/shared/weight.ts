/** The parameter `weight` of distillation losses. */
import { defineParameter } from "#dsl/language/types/define.js";

export const lessonWeightParameter = defineParameter({
  name: "weight",
  type: { is: "number" },
  doc: "What it counts beside the others. Losses differ in size, and a large one hides the others.",
  range: { min: 0, max: 1000, exclusive: true },
  positional: true,
  default: { value: 1 },
  why: "All lessons count alike unless you say otherwise.",
  impact: "medium",
});
