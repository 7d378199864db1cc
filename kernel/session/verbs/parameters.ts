/** `parameters`: defines each parameter as a value in both languages. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Value } from "#dsl/language/types/value.js";
import type { OpenSession } from "../open-session.js";

export async function runParametersStatement(
  session: OpenSession,
  { values }: Extract<Action, { verb: "parameters" }>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) session.names.define(name, value, typeOf(value));
}

function typeOf(value: Value): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "readonly unknown[]";
  return typeof value === "object" ? "Readonly<Record<string, unknown>>" : typeof value;
}
