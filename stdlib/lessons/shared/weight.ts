/** The parameter `weight` of distillation losses. */
import { defineParameter } from "#dsl/language/types/define.js";

export const distillationWeightParameter = defineParameter({
  name: "weight",
  type: { is: "number" },
  doc: "Weight relative to the others. Losses differ in size, and a large one dominates the others.",
  range: { min: 0, max: 1000, exclusive: true },
  positional: true,
  default: { value: 1 },
  why: "All lessons have the same weight by default.",
  impact: "medium",
});
