/**
 * The part of the vocabulary that editors need to colour typed text: CodeMirror in JupyterLab and on the page, and
 * generated grammars and queries for others. Everything else is requested from the assistant.
 */
import type { Registry } from "#dsl/language/types/registry.js";
import { durationUnits, sizeUnits } from "#dsl/language/syntax/numbers.js";

export interface Vocabulary {
  /** Verbs that are followed by a new name. */
  readonly naming: readonly string[];
  readonly verbs: readonly string[];
  readonly connectors: readonly string[];
  /** Connectors that are followed by a new name. */
  readonly namingConnectors: readonly string[];
  /** Implemented words; planned ones must not look as if they worked. */
  readonly words: readonly string[];
  /** Values that are not words of the registry. */
  readonly constants: readonly string[];
  /** Units after a number. */
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
