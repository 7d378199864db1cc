/** What of the vocabulary an editor must know at once, to colour what is typed; all else is asked of the assistant. */
import type { Registry } from "#dsl/types/registry.js";

export interface Vocabulary {
  readonly verbs: readonly string[];
  readonly connectors: readonly string[];
  readonly words: readonly string[];
}

export function vocabularyOf(registry: Registry): Vocabulary {
  const verbs = registry.verbs();
  return {
    verbs: verbs.map((verb) => verb.name),
    connectors: [...new Set(verbs.flatMap((verb) => Object.keys(verb.connectors)))],
    words: [...new Set(registry.words.filter((word) => word.kind !== "verb").map((word) => word.name))],
  };
}
