/**
 * What of the vocabulary every editor is told at once, to colour what is typed: CodeMirror in JupyterLab and on the page, the
 * grammars and queries that are made for others. All else is asked of the assistant.
 */
import type { Registry } from "#dsl/language/types/registry.js";
import { durationUnits, sizeUnits } from "#dsl/language/syntax/numbers.js";

export interface Vocabulary {
  /** Verbs after which the name of something new stands. */
  readonly naming: readonly string[];
  readonly verbs: readonly string[];
  readonly connectors: readonly string[];
  /** Connectors after which the name of something new stands. */
  readonly namingConnectors: readonly string[];
  /** Words that are built: what is only planned shall not look as if it worked. */
  readonly words: readonly string[];
  /** Values that are no words of the registry. */
  readonly constants: readonly string[];
  /** After a number. */
  readonly units: readonly string[];
}

export function vocabularyOf(registry: Registry): Vocabulary {
  const verbs = registry.verbs();
  const connectors = verbs.flatMap((verb) => Object.entries(verb.connectors));
  const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();
  return {
    naming: sorted(verbs.filter((verb) => verb.operands.what === "new-name").map((verb) => verb.name)),
    verbs: sorted(verbs.map((verb) => verb.name)),
    connectors: sorted(connectors.map(([name]) => name)),
    namingConnectors: sorted(connectors.filter(([, { takes }]) => takes === "new-name").map(([name]) => name)),
    words: sorted(registry.words.filter((word) => word.kind !== "verb" && !word.planned).map((word) => word.name)),
    constants: ["auto", "false", "none", "true"],
    units: ["%", ...Object.keys(durationUnits), ...Object.keys(sizeUnits)],
  };
}
