/** What transformers calls the class with the head of a task, and the losses of heads over whole texts. */
import type { Registry } from "#dsl/types/registry.js";

const PROBLEMS: Readonly<Record<string, string>> = {
  text_classification: "single_label_classification",
  multilabel_classification: "multi_label_classification",
  regression: "regression",
};

/** Undefined: the task's head is not over whole texts. */
export function problemOf(task: string): string | undefined {
  return PROBLEMS[task];
}

/** How the name of a class with the head of a task ends; of a task without a head "Model". */
export function headOf(task: string, registry: Registry): string {
  const does = registry.find("task", task)?.capabilities;
  const [ending] = does?.architectures ?? [];
  if (ending !== undefined) return ending;
  if (does?.supervision === "sequence") return "ForConditionalGeneration";
  if (does?.supervision === "next_token") return "ForCausalLM";
  return PROBLEMS[task] === undefined ? "Model" : "ForSequenceClassification";
}

/** `stem`: the family's own (`Bert`). */
export function classNameOf(stem: string, task: string, registry: Registry): string {
  const head = headOf(task, registry);
  return stem === "GPT2" && head === "ForCausalLM" ? "GPT2LMHeadModel" : stem + head;
}
