/**
 * Data in folds: each training holds out one fold. A model trained on folds is several ordinary models, each with its
 * own name, on data that could be written as `data d like folded { split: folds(5, fold: 1) }`.
 */
import type { Registry } from "../../language/types/registry.js";
import type { GivenValue, Call } from "../../language/types/value.js";
import { isCall } from "./value.js";
import type { DefinitionDraft, Program, NamedTraining } from "./program.js";

/** Returns the number of folds, each held out once; null if the data are not in folds. */
export function foldCountOf(registry: Registry, split: Call | null): number | null {
  if (!split) return null;
  const folds = registry.find("split", split.word)?.capabilities?.foldCount?.(split);
  return typeof folds === "number" && Number.isInteger(folds) ? folds : null;
}

/** Returns the folds of a definition before its defaults are filled in. */
export function writtenFoldCount(program: Program, data: DefinitionDraft): number | null {
  const split = data.given.get("split")?.value;
  if (!isCall(split)) return null;
  return foldCountOf(program.registry, { ...split, arguments: { fold: null, ...split.arguments } });
}

/** Returns the data with one fold held out; `fold` counts from 1. */
export function withHeldOutFold(data: DefinitionDraft, fold: number): DefinitionDraft {
  const split = data.given.get("split");
  if (!split || !isCall(split.value)) return data;
  const heldSplit: GivenValue = { ...split, value: { ...split.value, arguments: { ...split.value.arguments, fold } } };
  return { ...data, given: new Map([...data.given, ["split", heldSplit]]) };
}

/** Returns the data of a training as they are currently defined. */
export function currentDataOf(program: Program, run: Pick<NamedTraining, "data" | "fold">): DefinitionDraft {
  const draft = program.names.get(run.data.name)?.draft;
  if (!draft) return run.data;
  return run.fold === undefined || writtenFoldCount(program, draft) === null ? draft : withHeldOutFold(draft, run.fold);
}

/** Returns the name of the model that was not trained on the fold. */
export const foldModelName = (name: string, fold: number): string => `${name}_${String(fold)}`;
