/** Parameters that are found in a file unless they are written. */
import type { Call } from "#dsl/language/types/value.js";

/** What is written, the usual among it where the call says that it is held to; undefined: it is to be found. */
export function writtenIn({ arguments: given, held }: Call, name: string, usual: string): string | undefined {
  const value = given[name];
  if (typeof value !== "string" || (value === usual && !held?.includes(name))) return undefined;
  return value;
}

/** As `fileText` takes it: null where it is to be found. */
export function encodingIn(call: Call): string | null {
  return writtenIn(call, "encoding", "utf-8") ?? null;
}
