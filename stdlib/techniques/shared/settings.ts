/** Reads arguments of techniques. They must be checked; missing ones get their defaults. */
import type { Call } from "#dsl/language/types/value.js";

export function numberArgument({ arguments: given }: Call, name: string, otherwise: number): number {
  const value = given[name];
  return typeof value === "number" ? value : otherwise;
}
export function flagArgument({ arguments: given }: Call, name: string): boolean {
  return given[name] === true;
}
export function textArgument({ arguments: given }: Call, name: string): string | null {
  const value = given[name];
  return typeof value === "string" ? value : null;
}
export function textsArgument(
  { arguments: given }: Call,
  name: string,
  otherwise: readonly string[],
): readonly string[] {
  const value = given[name];
  if (value === undefined || value === null) return otherwise;
  return (Array.isArray(value) ? value : [value]).filter((t): t is string => typeof t === "string");
}
/** PEFT's prefix of the parameter names of a wrapped model. */
export const PEFT_PREFIX = "base_model.model.";
/** Fields that every PEFT configuration has. */
export function peftConfig(
  type: string,
  about: { readonly base: string; readonly revision: string | null; readonly task: string | null },
): Readonly<Record<string, unknown>> {
  return {
    peft_type: type,
    task_type: about.task,
    base_model_name_or_path: about.base,
    inference_mode: true,
    revision: about.revision,
  };
}
/** Modules of the head, which PEFT saves with an adapter. */
export function modulesToSave(head: readonly string[]): readonly string[] | null {
  return head.length ? head : null;
}
