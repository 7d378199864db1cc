/** Implementations of words: the run file, loaded on first use. */
import { CodedError } from "../diagnostics/codes.js";
import type { WordKind, LoadedImplementation, Registry, Word } from "./registry.js";

/** Throws `internal` if there is no such word: the checker ensured that it exists. */
export function mustFindWord<K extends WordKind>(registry: Registry, kind: K, name: string): Word<K> {
  const word = registry.find<K>(kind, name);
  if (!word) throw new CodedError("internal", { what: `there is no ${kind} ${name}` });
  return word;
}

/** Throws `internal` if there is no such word, or it has no implementation. */
export async function implementationOf<K extends WordKind>(
  registry: Registry,
  kind: K,
  name: string,
): Promise<LoadedImplementation<K>> {
  return loadWordImplementation(mustFindWord(registry, kind, name));
}

/** Throws `internal` if it has no implementation. */
export async function loadWordImplementation<K extends WordKind>(word: Word<K>): Promise<LoadedImplementation<K>> {
  if (!word.load) throw new CodedError("internal", { what: `the ${word.kind} ${word.name} has nothing to run` });
  return word.load();
}
