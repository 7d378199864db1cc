/** Plan values made safe for a model card. */
import type { Call, Value } from "#dsl/language/types/value.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { callText } from "../../host/value-text.js";
import { hideLocalPath } from "./card-base.js";

export function techniqueText(call: Call): string {
  return callText(hideLocalPaths(call) as Call);
}
export function hideLocalPaths(value: Value): Value {
  if (typeof value === "string") return hideLocalPath(value);
  if (!isCall(value)) return value;
  const inside = Object.entries(value.arguments).map(([name, v]) => [name, hideLocalPaths(v)] as const);
  return { ...value, arguments: Object.fromEntries(inside) };
}
