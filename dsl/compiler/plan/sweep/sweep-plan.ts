/** Plan of a sweep: what varies and in which space, the goals, and the limits. */
import type { SweepGoal } from "./auto.js";
import type { EarlierTrials } from "../../../language/types/facts.js";
import type { Call, Value } from "../../../language/types/value.js";
import type { Plan } from "../plan.js";

/** Search space of one dotted path of data, model or recipe; values that are calls may nest spaces. */
export type SettingSearchSpace =
  | { readonly space: "choice"; readonly of: readonly (Value | SettingSearchSpace | NestedCall)[] }
  | {
      readonly space: "log" | "uniform";
      /** Both ends are inclusive. */
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
      /** Restricts values to from, from + step, from + 2 step, … to; defaults to all numbers between. */
      readonly step?: number;
      /** The numbers are shares and are written as such: 0.2 is `20%`. */
      readonly share?: true;
    };
/** A word whose arguments contain spaces: `lora(rank: choice(4, 8))`. */
export interface NestedCall {
  readonly nested: Call;
  readonly spaces: Readonly<Record<string, SettingSearchSpace>>;
}
export function isSearchSpace(x: unknown): x is SettingSearchSpace {
  return typeof x === "object" && x !== null && "space" in x;
}
export function isNestedCall(x: unknown): x is NestedCall {
  return typeof x === "object" && x !== null && "nested" in x;
}
/** A number at a point: the value at a path, a constant, or the result of a word over several terms (`product`). */
export type RelationTerm =
  | { readonly path: string }
  | { readonly number: number }
  | { readonly term: string; readonly of: readonly RelationTerm[] };
/**
 * A constraint between values: `at_most(technique.rank, technique.alpha)`. It does not apply at a point where a term
 * has no number.
 */
export interface SweepRelation {
  readonly relation: string;
  readonly terms: readonly [RelationTerm, RelationTerm];
  /** Applies only where that path has that word (`when: full`); defaults to everywhere. */
  readonly when?: { readonly path: string; readonly word: string };
}
/** Earlier trials that the search sees before its first. */
export type SweepStart = EarlierTrials;
export interface SweepPlan {
  /** Names as written: each trial is compiled as its own Tune program that varies them with `like`. */
  readonly model: string;
  readonly data: string;
  readonly recipe: string | null;
  readonly vary: Readonly<Record<string, SettingSearchSpace>>;
  /** Constraints on a point (evaluated by study/relations.ts); other points are not tried. */
  readonly where?: readonly SweepRelation[];
  readonly search: Call;
  /** Maximum trials; null for as many as the budget allows. */
  readonly trials: number | null;
  /** No new trial starts after this time. */
  readonly budgetMs: number | null;
  /**
   * No new trial starts once the trials have trained on this many tokens. Tokens are unpadded, each reading counts, and
   * the number is the trial plan's own estimate for the steps taken. Defaults to no limit.
   */
  readonly budgetTokens?: number;
  /**
   * Seeds of each trial: its own and the following ones (`repeats` of `train`). Its scores are means;
   * `TrialRecord.spread` holds their spread. Defaults to 1.
   */
  readonly repeats?: number;
  /** Their trials come first in the study, with numbers below 1, and are not trained again. */
  readonly start?: readonly SweepStart[];
  /** Ranking goal of the trials: the first of `goals`. */
  readonly goal: SweepGoal;
  /** With more than one, the result is a Pareto front of trials. */
  readonly goals: readonly SweepGoal[];
  /**
   * Thresholds (`at_most(latency, 20ms)`) that a trial's scores must meet to be the best. They are measured on the
   * validation split together with the goals; `TrialRecord.bars` holds the measurements in this order.
   */
  readonly require?: readonly Call[];
  /** Stops poor trials early; null to train every trial to its end. */
  readonly pruner: Call | null;
  /** The runner of the trials: it changes no result and is in no hash. Defaults to the notebook's own engine. */
  readonly runner?: Call;
  /** Maximum trials that run at a time, memory permitting; the default is up to the host. */
  readonly atOnce?: number;
  /** Plan of a trial before anything varies; a trial replaces paths in its recipe. */
  readonly plan: Plan;
  readonly seed: number;
}
