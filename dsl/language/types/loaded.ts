/** What a word does: its run file, loaded when it is first used. */
import { CodedError } from "../diagnostics/codes.js";
import type { WordKind, LoadedImplementation, Registry, Word } from "./registry.js";

/** `internal` where there is no such word: the checker made sure that there is. */
export function wordOf<K extends WordKind>(registry: Registry, kind: K, name: string): Word<K> {
  const word = registry.find<K>(kind, name);
  if (!word) throw new CodedError("internal", { what: `there is no ${kind} ${name}` });
  return word;
}

/** `internal` where there is no such word, or nothing to run. */
export async function implementationOf<K extends WordKind>(
  registry: Registry,
  kind: K,
  name: string,
): Promise<LoadedImplementation<K>> {
  return loadWord(wordOf(registry, kind, name));
}

/** `internal` where it has nothing to run. */
export async function loadWord<K extends WordKind>(word: Word<K>): Promise<LoadedImplementation<K>> {
  if (!word.load) throw new CodedError("internal", { what: `the ${word.kind} ${word.name} has nothing to run` });
  return word.load();
}
