/**
 * A session's vocabulary: the package's words and those that its user defines. Defining a word again replaces it; a name of
 * the package is refused.
 */
import { hashOf } from "#dsl/compiler/plan/hash.js";
import { growingRegistry, type Registry, type Word } from "#dsl/language/types/registry.js";
import { registry as builtIn } from "../registry.js";
import { metricWordFromRecord } from "./metric.js";
import { checkRecord, type MetricRecord, type UserWordKind, type TechniqueRecord } from "./record.js";
import { techniqueWordFromRecord } from "./technique.js";
import { loadModelFamilies } from "./technique-trace.js";

/** Where a definition stands. */
export interface DefinitionPlace {
  /** Text that its functions may read names of (the cell, the file): it counts as part of the definition. */
  readonly text: string;
  /** The place in the user's text where an error arose, as it is shown; empty: not known. */
  placeOf(error: unknown): readonly string[];
}
const nowhere: DefinitionPlace = { text: "", placeOf: () => [] };

export interface SessionVocabulary {
  readonly registry: Registry;
  /** Words that were defined, as data: what another thread is told. */
  told(): readonly Word[];
  /** Coded errors `word-malformed`, `word-taken`. */
  define(kind: UserWordKind, record: unknown, place?: DefinitionPlace): Word;
  /** Settles when a compilation may begin. */
  ready(): Promise<void>;
}

export function makeVocabulary(onChange: () => void = () => undefined): SessionVocabulary {
  const registry = growingRegistry(builtIn);
  return {
    registry,
    told: () => registry.ownWords.map(asData),
    define(kind, given, place = nowhere) {
      const word = wordOf(kind, { ...checkRecord(kind, given, builtIn) }, place);
      registry.define(word);
      onChange();
      return word;
    },
    ready: () => (registry.ownWords.length > 0 ? loadModelFamilies(registry) : Promise.resolve()),
  };
}

function wordOf(kind: UserWordKind, record: Readonly<Record<string, unknown>>, place: DefinitionPlace): Word {
  const owner = { kind, name: String(record["name"]), placeOf: (error: unknown) => place.placeOf(error) };
  const definition = definitionOf(kind, record, place.text);
  return kind === "technique"
    ? techniqueWordFromRecord(record as unknown as TechniqueRecord, owner, definition)
    : metricWordFromRecord(record as unknown as MetricRecord, owner, definition);
}

/**
 * The content hash: the record with the text of its functions, and the text around them, whose names they may read. What they
 * read from elsewhere is not seen.
 */
function definitionOf(kind: UserWordKind, record: Readonly<Record<string, unknown>>, around: string): string {
  const entries = Object.entries(record).map(([key, value]) => [
    key,
    typeof value === "function" ? Function.prototype.toString.call(value) : (value ?? null),
  ]);
  return hashOf({ kind, record: Object.fromEntries(entries) as unknown, around });
}

/** Its functions aside: enough to complete, hover and check while someone types. */
function asData(word: Word): Word {
  const plain = (record: object): object =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => typeof value !== "function"));
  return { ...(plain(word) as Word), capabilities: plain(word.capabilities ?? {}) as Record<string, unknown> };
}
