/** What kind of value a value is. */
import type { Call, Value } from "./plan.js";

export function isCall(value: Value | undefined): value is Call {
  return value !== null && typeof value === "object" && !Array.isArray(value) && "word" in value;
}
