import type { Value } from "../../language/types/value.js";
import type { Recipe } from "./plan.js";

/** Kinds of things that a name stands for. */
export type NameKind = "data" | "model" | "recipe" | "parameters" | "run" | "sweep" | "prediction" | "server";

/** What the compiler gets from its host in addition to the facts. */
export interface CompilerEnvironment {
  /** Names defined by TypeScript cells: a Tune name may not use one. */
  readonly typescript: readonly string[];
  /** TypeScript names whose values are unknown now: whatever depends on one is unknown, not wrong. */
  readonly unvalued?: readonly string[];
  /** Names that a rejected text would have defined, and that text. */
  readonly refused?: Readonly<Record<string, { readonly id: string; readonly title: string }>>;
  /** Models possibly trained by a training whose plan is unknown now. */
  readonly unsure?: readonly string[];
  /** Their TypeScript types, for editor assistance. */
  readonly types?: Readonly<Record<string, string>>;
  /** Maps a model or run name to the recipeHash of its current weights. */
  readonly trained: Readonly<Record<string, string>>;
  /** Their recipes by the same names, if known, to name what changed since. */
  readonly recipes?: Readonly<Record<string, Recipe>>;
  /** From `-p name=value`; they override `parameters { }`. */
  readonly parameters: Readonly<Record<string, Value>>;
}
export const emptyEnvironment: CompilerEnvironment = { typescript: [], trained: {}, parameters: {} };
