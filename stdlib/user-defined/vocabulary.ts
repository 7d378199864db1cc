/**
 * A session's vocabulary: the package's words and the user-defined ones. Redefining a word replaces it, but the
 * package's own names are refused.
 */
import { hashOf } from "#dsl/compiler/plan/hash.js";
import { makeExtensibleRegistry, type Registry, type Word } from "#dsl/language/types/registry.js";
import { registry as builtIn } from "../registry.js";
import { metricWordFromRecord } from "./metric.js";
import { checkUserWordRecord, type MetricRecord, type UserWordKind, type TechniqueRecord } from "./record.js";
import { techniqueWordFromRecord } from "./technique.js";
import { loadModelFamilies } from "./technique-trace.js";

/** Location of a definition. */
export interface DefinitionPlace {
  /** Text whose names its functions may read (the cell, the file); it counts as part of the definition. */
  readonly text: string;
  /** Returns the position of an error in the user's text as shown; empty if unknown. */
  placeOf(error: unknown): readonly string[];
}
const nowhere: DefinitionPlace = { text: "", placeOf: () => [] };

export interface SessionVocabulary {
  readonly registry: Registry;
  /** Returns the defined words as data, for another thread. */
  told(): readonly Word[];
  /** Coded errors `word-malformed`, `word-taken`. */
  define(kind: UserWordKind, record: unknown, place?: DefinitionPlace): Word;
  /** Resolves when a compilation may begin. */
  ready(): Promise<void>;
}

export function makeSessionVocabulary(onChange: () => void = () => undefined): SessionVocabulary {
  const registry = makeExtensibleRegistry(builtIn);
  return {
    registry,
    told: () => registry.ownWords.map(asData),
    define(kind, given, place = nowhere) {
      const word = wordOf(kind, { ...checkUserWordRecord(kind, given, builtIn) }, place);
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
 * Content hash of the record with its functions' source and the text that contains them, whose names they may read.
 * Names from other places are not included.
 */
function definitionOf(kind: UserWordKind, record: Readonly<Record<string, unknown>>, around: string): string {
  const entries = Object.entries(record).map(([key, value]) => [
    key,
    typeof value === "function" ? Function.prototype.toString.call(value) : (value ?? null),
  ]);
  return hashOf({ kind, record: Object.fromEntries(entries) as unknown, around });
}

/** Removes functions: the rest is enough for completion, hover and checks while someone types. */
function asData(word: Word): Word {
  const plain = (record: object): object =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => typeof value !== "function"));
  return { ...(plain(word) as Word), capabilities: plain(word.capabilities ?? {}) as Record<string, unknown> };
}
