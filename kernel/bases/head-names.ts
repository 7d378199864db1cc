/** Names of transformers' classes with a task's head, and the losses of sequence-level heads. */
import type { FamilyCapabilities, TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Registry } from "#dsl/language/types/registry.js";

/** Undefined: the task's head is not sequence-level. */
export function problemTypeOf(task: string, registry: Registry): TaskCapabilities["problem"] {
  return registry.find("task", task)?.capabilities?.problem;
}

/** Suffix of the class with a task's head; "Model" for a task without a head. */
export function headClassSuffix(task: string, registry: Registry): string {
  const does = registry.find("task", task)?.capabilities;
  const [ending] = does?.architectures ?? [];
  if (ending !== undefined) return ending;
  if (does?.rowFormat.predictsNextToken) return "ForCausalLM";
  if (does?.rowFormat.generatesText) return "ForConditionalGeneration";
  return does?.problem === undefined ? "Model" : "ForSequenceClassification";
}

/** `family`: capabilities of the family's word. */
export function modelClassName(family: FamilyCapabilities, task: string, registry: Registry): string {
  const head = headClassSuffix(task, registry);
  return family.className + (family.oddHeads?.[head] ?? head);
}
