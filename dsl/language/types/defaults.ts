/** A call's arguments as the implementation of a word reads them. */
import type { WordKind } from "./capabilities.js";
import type { Word } from "./registry.js";
import type { Arguments, Call, Value } from "./value.js";

/**
 * Returns the arguments with the defaults of the word's record. Defaults derived from the rest of a plan were filled in
 * when the plan was made.
 */
export function argumentsWithDefaults<A extends Arguments>(word: Word<WordKind, A>, call: Call): A {
  const filled: Record<string, Value> = { ...call.arguments };
  for (const { name, default: standing } of word.parameters)
    if (filled[name] === undefined && standing && "value" in standing) filled[name] = standing.value;
  return filled as A;
}
