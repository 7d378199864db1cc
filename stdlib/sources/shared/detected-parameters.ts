/** Parameters that are found in a file unless they are written. */
import type { Call } from "#dsl/language/types/value.js";

/** What is written, the usual among it where the call says that it is held to; undefined: it is to be found. */
export function writtenArgument(
  { arguments: given, held: heldArguments }: Call,
  name: string,
  usual: string,
): string | undefined {
  const value = given[name];
  if (typeof value !== "string" || (value === usual && !heldArguments?.includes(name))) return undefined;
  return value;
}

/** As `readTextPieces` takes it: null where it is to be found. */
export function encodingOfCall(call: Call): string | null {
  return writtenArgument(call, "encoding", "utf-8") ?? null;
}
