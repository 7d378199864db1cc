/** Facts about the task's head for techniques. */
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Value } from "#dsl/language/types/value.js";
import { baseFacts, familyCapabilities, baseHiddenSize } from "../../models/shared/base-facts.js";

/** Returns the number of parameters of the task's head, for two labels; undefined while the task is unknown. */
export function headParameterCount(
  context: WordCheckContext,
): { readonly name: string; readonly count: number } | undefined {
  const task = context.statement["task"] ?? context.model?.["task"];
  const name = wordOf(task);
  const parameters = name && context.find("task", name)?.capabilities?.headParameters;
  if (!name || !parameters) return undefined;
  const base = baseFacts(context);
  if (!base) return undefined;
  const family = familyCapabilities(context);
  return { name, count: parameters(baseHiddenSize(context) ?? 1, 2, { family, base }) };
}
function wordOf(value: Value | undefined): string | undefined {
  if (typeof value !== "object" || value === null || !("word" in value)) return undefined;
  return typeof value.word === "string" ? value.word : undefined;
}
