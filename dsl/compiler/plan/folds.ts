/**
 * Data that come in folds: each training holds one of them out. A model trained on folds is as many models, each an ordinary
 * one on data that could be written (`data d like folded { split: folds(5, fold: 1) }`), under a name of its own.
 */
import type { Registry } from "../../language/types/registry.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { Call } from "../../language/types/value.js";
import { isCall } from "./value.js";
import type { Draft, Program, NamedTraining } from "./program.js";

/** How many folds the rows are parted into, each held out once; null: they are not. */
export function foldsOf(registry: Registry, split: Call | null): number | null {
  if (!split) return null;
  const folds = registry.find("split", split.word)?.capabilities?.folds?.(split);
  return typeof folds === "number" && Number.isInteger(folds) ? folds : null;
}

/** Of a definition, before its defaults are filled in. */
export function writtenFoldsOf(program: Program, data: Draft): number | null {
  const split = data.given.get("split")?.value;
  if (!isCall(split)) return null;
  return foldsOf(program.registry, { ...split, arguments: { fold: null, ...split.arguments } });
}

/** The same data with one fold held out; `fold`: from 1. */
export function withHeldOutFold(data: Draft, fold: number): Draft {
  const split = data.given.get("split");
  if (!split || !isCall(split.value)) return data;
  const heldSplit: GivenValue = { ...split, value: { ...split.value, arguments: { ...split.value.arguments, fold } } };
  return { ...data, given: new Map([...data.given, ["split", heldSplit]]) };
}

/** The data of a training as they are defined now. */
export function currentDataOf(program: Program, run: Pick<NamedTraining, "data" | "fold">): Draft {
  const draft = program.names.get(run.data.name)?.draft;
  if (!draft) return run.data;
  return run.fold === undefined || writtenFoldsOf(program, draft) === null ? draft : withHeldOutFold(draft, run.fold);
}

/** What the model is called that does not see the fold. */
export const foldModelName = (name: string, fold: number): string => `${name}_${String(fold)}`;
