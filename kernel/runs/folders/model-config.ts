/**
 * Writes config.json of a trained model for the transformers class that has its head. If no class has it, the body's
 * class is named, so that no other head is silently created.
 */
import type { ModelPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { BaseModel } from "../../bases/base.js";
import { modelClassName, problemTypeOf } from "../../bases/head-names.js";

/** Keys that describe the base's own weight files. */
const OF_THE_FILES = ["torch_dtype", "quantization_config"];

export function modelConfigOf(
  { task }: ModelPlan,
  base: BaseModel,
  labels: readonly string[],
): Readonly<Record<string, unknown>> {
  const config = Object.fromEntries(Object.entries(base.facts.config).filter(([key]) => !OF_THE_FILES.includes(key)));
  const family = registry.find("model", base.facts.family)?.capabilities;
  const ours = registry.find("task", task.word)?.capabilities?.hasNewHead?.(task) === true;
  const problem = problemTypeOf(task.word, registry);
  return {
    ...config,
    ...(family && { architectures: [ours ? `${family.className}Model` : modelClassName(family, task.word, registry)] }),
    dtype: "float32",
    ...(labels.length > 0 && {
      id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    }),
    ...(problem === "regression" && { id2label: { 0: "LABEL_0" }, label2id: { LABEL_0: 0 } }),
    ...(problem !== undefined && { problem_type: problem }),
  };
}
