/**
 * Data that come in folds: each training holds one of them out. A model trained on folds is as many models, each an ordinary
 * one on data that could be written (`data d like folded { split: folds(5, fold: 1) }`), under a name of its own.
 */
import type { Registry } from "../../language/types/registry.js";
import type { Given } from "../../language/types/given-value.js";
import type { Call } from "../../language/types/value.js";
import { isCall } from "./value.js";
import type { Draft, Program, Run } from "./program.js";

/** How many folds the rows are parted into, each held out once; null: they are not. */
export function foldsOf(registry: Registry, split: Call | null): number | null {
  if (!split) return null;
  const folds = registry.find("split", split.word)?.capabilities?.folds?.(split);
  return typeof folds === "number" && Number.isInteger(folds) ? folds : null;
}

/** Of a definition, before its defaults are filled in. */
export function foldsWritten(program: Program, data: Draft): number | null {
  const split = data.given.get("split")?.value;
  if (!isCall(split)) return null;
  return foldsOf(program.registry, { ...split, arguments: { fold: null, ...split.arguments } });
}

/** The same data with one fold held out; `fold`: from 1. */
export function holding(data: Draft, fold: number): Draft {
  const split = data.given.get("split");
  if (!split || !isCall(split.value)) return data;
  const held: Given = { ...split, value: { ...split.value, arguments: { ...split.value.arguments, fold } } };
  return { ...data, given: new Map([...data.given, ["split", held]]) };
}

/** The data of a training as they are defined now. */
export function dataNow(program: Program, run: Pick<Run, "data" | "fold">): Draft {
  const draft = program.names.get(run.data.name)?.draft;
  if (!draft) return run.data;
  return run.fold === undefined || foldsWritten(program, draft) === null ? draft : holding(draft, run.fold);
}

/** What the model is called that does not see the fold. */
export const foldModel = (name: string, fold: number): string => `${name}_${String(fold)}`;
