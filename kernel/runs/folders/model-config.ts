/**
 * config.json of a model that was trained here, as transformers writes it for the class that has its head; of a head that no
 * class has it names the body's, so that nobody puts another head in its place unasked.
 */
import type { ModelPlan } from "#dsl/language/types/subject.js";
import { registry } from "#stdlib/registry.js";
import type { Base } from "../../bases/base.js";
import { modelClassName, problemTypeOf } from "../../bases/head-names.js";

/** What tells of the base's own weight files. */
const OF_THE_FILES = ["torch_dtype", "quantization_config"];

export function modelConfigOf(
  { task }: ModelPlan,
  base: Base,
  labels: readonly string[],
): Readonly<Record<string, unknown>> {
  const config = Object.fromEntries(Object.entries(base.facts.config).filter(([key]) => !OF_THE_FILES.includes(key)));
  const family = registry.find("model", base.facts.family)?.capabilities;
  const ours = registry.find("task", task.word)?.capabilities?.ours?.(task) === true;
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
