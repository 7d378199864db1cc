/** config.json of a model that was trained here, as transformers writes it for the class that has its head. */
import type { ModelPlan } from "#dsl/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import type { Base } from "../bases/base.js";

/** What tells of the base's own weight files. */
const OF_THE_FILES = ["torch_dtype", "quantization_config"];
/** What transformers calls the losses of heads over whole texts. */
const PROBLEMS: Readonly<Record<string, string>> = {
  text_classification: "single_label_classification",
  multilabel_classification: "multi_label_classification",
  regression: "regression",
};

export function configOf({ task }: ModelPlan, base: Base, labels: readonly string[]): Readonly<Record<string, unknown>> {
  const config = Object.fromEntries(Object.entries(base.facts.config).filter(([key]) => !OF_THE_FILES.includes(key)));
  const stem = registry.find("model", base.facts.family)?.capabilities?.["className"];
  const problem = PROBLEMS[task.word];
  return {
    ...config,
    ...(typeof stem === "string" && { architectures: [classOf(stem, headOf(task.word))] }),
    dtype: "float32",
    ...(labels.length > 0 && {
      id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    }),
    ...(problem === "regression" && { id2label: { 0: "LABEL_0" }, label2id: { LABEL_0: 0 } }),
    ...(problem !== undefined && { problem_type: problem }),
  };
}

/** How transformers ends the name of a class with the head of a task; of a task without a head "Model". */
export function headOf(task: string): string {
  const does = registry.find("task", task)?.capabilities ?? {};
  const [ending] = Array.isArray(does["architectures"]) ? (does["architectures"] as readonly string[]) : [];
  if (ending !== undefined) return ending;
  if (does["supervision"] === "sequence") return "ForConditionalGeneration";
  if (does["supervision"] === "next_token") return "ForCausalLM";
  return PROBLEMS[task] === undefined ? "Model" : "ForSequenceClassification";
}

function classOf(stem: string, head: string): string {
  return stem === "GPT2" && head === "ForCausalLM" ? "GPT2LMHeadModel" : stem + head;
}
