/** A call's arguments as what a word does reads them. */
import type { WordKind } from "./capabilities.js";
import type { Word } from "./registry.js";
import type { Arguments, Call, Value } from "./value.js";

/**
 * What is left out stands at the default that the word's record says. A default that follows from the rest of a plan was
 * filled in when the plan was made.
 */
export function argumentsOf<A extends Arguments>(word: Word<WordKind, A>, call: Call): A {
  const filled: Record<string, Value> = { ...call.arguments };
  for (const { name, default: standing } of word.parameters)
    if (filled[name] === undefined && standing && "value" in standing) filled[name] = standing.value;
  return filled as A;
}
