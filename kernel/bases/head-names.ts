/** What transformers calls the class with the head of a task, and the losses of heads over whole texts. */
import type { FamilyCapabilities, TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Registry } from "#dsl/language/types/registry.js";

/** Undefined: the task's head is not over whole texts. */
export function problemTypeOf(task: string, registry: Registry): TaskCapabilities["problem"] {
  return registry.find("task", task)?.capabilities?.problem;
}

/** How the name of a class with the head of a task ends; of a task without a head "Model". */
export function headClassSuffix(task: string, registry: Registry): string {
  const does = registry.find("task", task)?.capabilities;
  const [ending] = does?.architectures ?? [];
  if (ending !== undefined) return ending;
  if (does?.rowFormat.predictsNextToken) return "ForCausalLM";
  if (does?.rowFormat.generatesText) return "ForConditionalGeneration";
  return does?.problem === undefined ? "Model" : "ForSequenceClassification";
}

/** `family`: what its word says of it. */
export function modelClassName(family: FamilyCapabilities, task: string, registry: Registry): string {
  const head = headClassSuffix(task, registry);
  return family.className + (family.oddHeads?.[head] ?? head);
}
