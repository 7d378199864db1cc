/** A sweep: what it varies and between what, what it goes by, and how long. */
import type { SweepGoal } from "./auto.js";
import type { EarlierTrials } from "../../../language/types/facts.js";
import type { Call, Value } from "../../../language/types/value.js";
import type { Plan } from "../plan.js";

/** A space over one dotted path of data, model or recipe; values that are calls are spaces and may nest. */
export type SearchSpace =
  | { readonly space: "choice"; readonly of: readonly (Value | SearchSpace | NestedCall)[] }
  | {
      readonly space: "log" | "uniform";
      /** Both ends are included. */
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
      /** Only from, from + step, from + 2 step, … to; absent: every number between. */
      readonly step?: number;
      /** The numbers are shares, and written as such: 0.2 is `20%`. */
      readonly share?: true;
    };
/** A word whose arguments hold spaces: `lora(rank: choice(4, 8))`. */
export interface NestedCall {
  readonly nested: Call;
  readonly spaces: Readonly<Record<string, SearchSpace>>;
}
export function isSearchSpace(x: unknown): x is SearchSpace {
  return typeof x === "object" && x !== null && "space" in x;
}
export function isNestedCall(x: unknown): x is NestedCall {
  return typeof x === "object" && x !== null && "nested" in x;
}
/** A number at a point: what stands at a path, a number, or what a word makes of several (`product`). */
export type SweepTerm =
  | { readonly path: string }
  | { readonly number: number }
  | { readonly term: string; readonly of: readonly SweepTerm[] };
/** Values that must stand so to each other: `at_most(technique.rank, technique.alpha)`. What has no number at a point says nothing there. */
export interface SweepRelation {
  readonly relation: string;
  readonly terms: readonly [SweepTerm, SweepTerm];
  /** Where that word is drawn for that path alone (`when: full`); absent: everywhere. */
  readonly when?: { readonly path: string; readonly word: string };
}
/** Whose trials the search sees before its first. */
export type SweepStart = EarlierTrials;
export interface SweepPlan {
  /** Names as written: a trial is compiled as a Tune program of its own that varies them with `like`. */
  readonly model: string;
  readonly data: string;
  readonly recipe: string | null;
  readonly vary: Readonly<Record<string, SearchSpace>>;
  /** What the values of a point must be to each other (study/relations.ts judges); no other point is tried. Absent: nothing. */
  readonly where?: readonly SweepRelation[];
  readonly search: Call;
  /** Most trials; null: as many as the budget lets begin. */
  readonly trials: number | null;
  /** No new trial starts after so much time. */
  readonly budgetMs: number | null;
  /**
   * No new trial starts once the trials have trained on so many tokens (unpadded, each time one is read counts: what a trial's
   * own plan estimates for the steps that it took). Absent: no such bound.
   */
  readonly budgetTokens?: number;
  /** Seeds of each trial: its own and those that follow it (`repeats` of `train`). Its scores are their means, `TrialRecord.spread` keeps how far they lie apart. Absent: 1. */
  readonly repeats?: number;
  /** Their trials come first in the study, with numbers below 1, and are trained by nobody. Absent: none. */
  readonly start?: readonly SweepStart[];
  /** What the trials are ranked by: the first of `goals`. */
  readonly goal: SweepGoal;
  /** More than one: what is found is a front of trials, none of which is better in all. */
  readonly goals: readonly SweepGoal[];
  /**
   * Bars (`at_most(latency, 20ms)`) that the scores of a trial must clear to be the best, measured on the validation split beside
   * the goals; `TrialRecord.bars` keeps what was measured of each, in this order. Absent: none.
   */
  readonly require?: readonly Call[];
  /** What gives up poor trials; null: every trial is trained to its end. */
  readonly pruner: Call | null;
  /** Who trains the trials: it changes no number, and is in no hash. Absent: the notebook's own engine. */
  readonly runner?: Call;
  /** Trials that are open at a time, as far as memory does; absent: whoever runs them says. */
  readonly atOnce?: number;
  /** The plan of a trial before anything varies; a trial replaces paths in its recipe. */
  readonly plan: Plan;
  readonly seed: number;
}
