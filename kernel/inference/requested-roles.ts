/** Which roles of a row are asked of a model: the column of the texts that its task reads, and of what belongs to them. */
import { registry } from "#stdlib/registry.js";
import type { Call } from "#dsl/language/types/value.js";

/** Rows of words have them as `text` too. */
export function inputRolesOf(task: Call): { readonly role: string; readonly second: string } {
  const first = registry.find("task", task.word)?.capabilities?.roles[0];
  const role = first === "input" || first === "question" ? first : "text";
  return { role, second: role === "question" ? "context" : "text_pair" };
}
