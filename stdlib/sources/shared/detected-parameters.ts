/** Parameters that are detected from the file unless they are given. */
import type { Call } from "#dsl/language/types/value.js";

/**
 * Returns the given value; undefined if it must be detected. The default value counts as given only if the call lists
 * the parameter in `held`.
 */
export function argumentIfWritten(
  { arguments: given, held: heldArguments }: Call,
  name: string,
  usual: string,
): string | undefined {
  const value = given[name];
  if (typeof value !== "string" || (value === usual && !heldArguments?.includes(name))) return undefined;
  return value;
}

/** Returns the encoding for `readTextPieces`: null if it must be detected. */
export function encodingOfCall(call: Call): string | null {
  return argumentIfWritten(call, "encoding", "utf-8") ?? null;
}
