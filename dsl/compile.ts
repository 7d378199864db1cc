/**
 * The compiler: text in; diagnostics, needs and actions out. Pure and synchronous. The host answers the needs
 * (`Facts.with`) and calls again until none is left; actions come only when there is no error and no need.
 */
import type { Diagnostic } from "./check/diagnostic.js";
import type { Source } from "./check/span.js";
import type { Facts, Need } from "./plan/facts.js";
import type { Action, Value } from "./plan/plan.js";
import type { Registry } from "./registry.js";

/** What a name stands for. */
export type NameKind = "data" | "model" | "recipe" | "parameters" | "run" | "sweep" | "prediction";

export interface Compiled {
  /** All that is wrong with the last source, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the host must fetch before the answer is whole. */
  readonly needs: readonly Need[];
  /** What to do, in order; present only when there is no error and no need. */
  readonly actions?: readonly Action[];
  /** Every name that the sources define, earlier ones included. */
  readonly names: Readonly<Record<string, NameKind>>;
}

/** What the compiler is told of the world beside the facts. */
export interface Outside {
  /** Names made by TypeScript cells: a Tune name may not take one. */
  readonly typescript: readonly string[];
  /** Model or run name → recipeHash of the weights it has now. */
  readonly trained: Readonly<Record<string, string>>;
  /** `-p name=value`: they win over `parameters { }`. */
  readonly parameters: Readonly<Record<string, Value>>;
}
export const nothingOutside: Outside = { typescript: [], trained: {}, parameters: {} };

/**
 * Compiles the last source; earlier ones are cells that ran already and contribute definitions only, silently.
 * Never throws on any text.
 */
export function compile(sources: readonly Source[], registry: Registry, facts: Facts, purpose: "assist" | "run", outside: Outside): Compiled {
  void [sources, registry, facts, purpose, outside];
  return { diagnostics: [], needs: [], names: {} };
}
