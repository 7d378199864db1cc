import type { Value } from "../../language/types/value.js";
import type { Recipe } from "./recipe.js";

/** What a name stands for. */
export type NameKind = "data" | "model" | "recipe" | "parameters" | "run" | "sweep" | "prediction" | "server";

/** What the compiler is told of the world beside the facts. */
export interface CompilerEnvironment {
  /** Names made by TypeScript cells: a Tune name may not take one. */
  readonly typescript: readonly string[];
  /** Those of them whose values nobody can tell now: what depends on one is unknown, not wrong. */
  readonly unvalued?: readonly string[];
  /** Names that a text was to define which was refused, and that text. */
  readonly refused?: Readonly<Record<string, { readonly id: string; readonly title: string }>>;
  /** Models that a training may have trained whose plan nobody can tell now. */
  readonly unsure?: readonly string[];
  /** Their types, as TypeScript writes them, where somebody is typing. */
  readonly types?: Readonly<Record<string, string>>;
  /** Model or run name → recipeHash of the weights it has now. */
  readonly trained: Readonly<Record<string, string>>;
  /** Their recipes by the same names, where they are known: what changed since is named. */
  readonly recipes?: Readonly<Record<string, Recipe>>;
  /** `-p name=value`: they win over `parameters { }`. */
  readonly parameters: Readonly<Record<string, Value>>;
}
export const emptyEnvironment: CompilerEnvironment = { typescript: [], trained: {}, parameters: {} };
