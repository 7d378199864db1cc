/** Interface of searches, which choose the next trial of a sweep: dimensions, previous trials, and the next point. */
import type { Call } from "#dsl/language/types/value.js";

/**
 * A dimension of the search. Values of a choice are the indices of its options, from 0; values of a number are the
 * numbers.
 */
export type SearchDimension = {
  readonly name: string;
  /** The dimension exists only if another choice has that option. By default it always exists. */
  readonly when?: DimensionCondition;
} & (
  | { readonly kind: "choice"; readonly size: number }
  | {
      readonly kind: "number";
      readonly scale: "linear" | "log";
      /** Both ends are included. */
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
      /** Restricts values to from, from + step, from + 2 step, …. By default, every number between is allowed. */
      readonly step?: number;
    }
);
export interface DimensionCondition {
  readonly dimension: string;
  readonly option: number;
}

/** One value per active dimension. Values of other dimensions have no meaning. */
export type SearchPoint = Readonly<Record<string, number>>;

export interface StudyTrial {
  /** Number of the trial, from 1. */
  readonly number: number;
  readonly point: SearchPoint;
  readonly state: "running" | "done" | "pruned" | "failed";
  /** One score per objective, oriented so that greater is better; null if there is none yet, or none at all. */
  readonly scores: readonly number[] | null;
  /** Intermediate scores of the first objective, with the same orientation, in ascending steps. */
  readonly reports: readonly TrialReport[];
  /** Total violation of the requirements on its results; 0 for none. */
  readonly violation: number;
}
export interface TrialReport {
  readonly step: number;
  readonly score: number;
}

/** All information available to a search or a pruner. */
export interface Study {
  readonly dimensions: readonly SearchDimension[];
  readonly objectives: number;
  /** Objectives to minimize, whose scores are negated here; used in messages only. Defaults to none. */
  readonly minimized?: readonly boolean[];
  readonly seed: number;
  /**
   * Trials in the order of their numbers. Those of earlier sweeps that it starts from come first, with numbers below 1.
   */
  readonly trials: readonly StudyTrial[];
  /** Trials without information for this one, such as those of another bracket; their points are not tried again. */
  readonly unseen?: readonly StudyTrial[];
  /** Point with the values of the definitions; undefined if it is outside of the search space. */
  readonly first?: SearchPoint;
  /** Total number of trials to run; null if only time limits them. */
  readonly wanted: number | null;
  /** Returns true if the combination of values is allowed. */
  allows(point: SearchPoint): boolean;
  /**
   * Returns the value that a trial is run with: drawn numbers are shortened, so different points may become equal.
   * Defaults to no change.
   */
  written?(dimension: string, value: number): number;
}

export interface SearchImplementation {
  /**
   * Returns the point of trial `number`, which depends only on the study (including running trials); null if nothing is
   * left to try.
   */
  suggest(call: Call, study: Study, number: number): SearchPoint | null;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    search: SearchImplementation;
  }
}
