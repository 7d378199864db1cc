/** Roles that a model needs as input: the column of its task's texts and the columns that belong to them. */
import { registry } from "#stdlib/registry.js";
import type { Call } from "#dsl/language/types/value.js";

/** Rows of tokens also have them as `text`. */
export function inputColumnRolesOf(task: Call): { readonly role: string; readonly second: string } {
  const first = registry.find("task", task.word)?.capabilities?.roles[0];
  const role = first === "input" || first === "question" ? first : "text";
  return { role, second: role === "question" ? "context" : "text_pair" };
}
