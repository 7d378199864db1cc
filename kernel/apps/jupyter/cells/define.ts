/**
 * `define` in TypeScript cells: `define.technique({ … })`, `define.metric({ … })`. The word is available from the next
 * Tune cell on. The types are those of the vocabulary itself, read from the build.
 */
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { Word } from "#dsl/language/types/registry.js";
import type { MetricRecord, TechniqueRecord } from "#stdlib/user-defined/record.js";
import type { DefinitionPlace, SessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import { isTargetLayer } from "#stdlib/techniques/shared/shapes.js";
import { caretLines } from "./cell-position.js";
import { innermostSourcePosition, sourceByTitle } from "./stack.js";

/** Result of a definition, which shows what can be written now. */
export interface DefinitionResult {
  readonly kind: string;
  readonly name: string;
  /** Content hash: a model records the definition it was trained with. */
  readonly definition: string;
}
export interface WordDefiner {
  /** Defines a technique: `model m { …, technique: NAME(…) }`. A second definition replaces the first. */
  technique(record: TechniqueRecord): DefinitionResult;
  /** Defines a metric: `evaluate m on d.test { metrics: [NAME] }`. A second definition replaces the first. */
  metric(record: MetricRecord): DefinitionResult;
  /**
   * Reports whether `targets` select a linear layer's path: by its last name, a longer suffix, or `all`, `attention`,
   * `feed_forward`.
   */
  isTarget(path: string, targets: readonly string[]): boolean;
}

const types = fileURLToPath(import.meta.url).replaceAll("\\", "/");
/** Its TypeScript declaration. */
export const defineDeclarations = `\n/** Defines new words for Tune cells. */\ndeclare const define: import(${JSON.stringify(types)}).WordDefiner;\n`;

/** Installs `define`; the returned function removes it. */
export function installDefine(vocabulary: SessionVocabulary): () => void {
  const define: WordDefiner = {
    technique: (record) => defined(vocabulary.define("technique", record, hereIn(new Error().stack))),
    metric: (record) => defined(vocabulary.define("metric", record, hereIn(new Error().stack))),
    isTarget: isTargetLayer,
  };
  Object.defineProperty(globalThis, "define", { value: define, writable: true, configurable: true, enumerable: false });
  return () => void Reflect.deleteProperty(globalThis, "define");
}

function hereIn(stack = ""): DefinitionPlace {
  const place = innermostSourcePosition(stack);
  return { text: (place && sourceByTitle(place.title)) ?? "", placeOf };
}

/** The innermost position of an error in a cell or a file near the notebook. */
function placeOf(error: unknown): readonly string[] {
  const place = error instanceof Error ? innermostSourcePosition(error.stack ?? "") : undefined;
  const source = place && sourceByTitle(place.title);
  return place && source !== undefined ? caretLines(source, place, place.title) : [];
}

function defined({ kind, name, definition = "", parameters }: Word): DefinitionResult {
  const shown = parameters.length > 0 ? `${name}(${parameters.map((p) => p.name).join(", ")})` : name;
  const answer = { kind, name, definition };
  Object.defineProperty(answer, inspect.custom, { value: () => `${kind} ${shown} is defined`, enumerable: false });
  return answer;
}
