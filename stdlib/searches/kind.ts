/** What chooses the next trial of a sweep: axes of the search, what was tried, and what comes next. */
import type { Call } from "#dsl/language/types/value.js";

/** One axis. A choice's values are the places of its options, from 0; a number's are the numbers themselves. */
export type SearchDimension = {
  readonly name: string;
  /** It is there only where another choice took that option; absent: always. */
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
      /** Only from, from + step, from + 2 step, …; absent: every number between. */
      readonly step?: number;
    }
);
export interface DimensionCondition {
  readonly dimension: string;
  readonly option: number;
}

/** A value for each dimension that is there. What stands for another says nothing. */
export type SearchPoint = Readonly<Record<string, number>>;

export interface StudyTrial {
  /** From 1. */
  readonly number: number;
  readonly point: SearchPoint;
  readonly state: "running" | "done" | "pruned" | "failed";
  /** One for each objective, the greater the better (what is to be low is turned round); null: none yet, or none came. */
  readonly scores: readonly number[] | null;
  /** Scores of the first objective on the way, oriented alike, steps ascending. */
  readonly reports: readonly TrialReport[];
  /** By how much it misses what is asked of its results; 0: it misses nothing. */
  readonly violation: number;
}
export interface TrialReport {
  readonly step: number;
  readonly score: number;
}

/** Everything that a search or a pruner may know. */
export interface Study {
  readonly dimensions: readonly SearchDimension[];
  readonly objectives: number;
  /** Which objectives are to be low, so that their scores are turned round here: for words alone. Absent: none. */
  readonly minimized?: readonly boolean[];
  readonly seed: number;
  /** In the order of their numbers; those of earlier sweeps that it starts from come first, with numbers below 1. */
  readonly trials: readonly StudyTrial[];
  /** Trials that say nothing of this one, as those of another bracket: what they tried is not tried again. */
  readonly unseen?: readonly StudyTrial[];
  /** The point that the definitions have where nothing varies; absent: they lie outside of what is tried. */
  readonly first?: SearchPoint;
  /** How many trials are wanted in all; null: time is the limit. */
  readonly wanted: number | null;
  /** Whether the values may stand together. */
  allows(point: SearchPoint): boolean;
  /** A value as a trial is run with: drawn numbers are written shorter, so that points that differ may be one. Absent: as it is. */
  written?(dimension: string, value: number): number;
}

export interface SearchImplementation {
  /** The point of trial `number`, the same for the same study (in which trials that run stand too); null: nothing is left to try. */
  suggest(call: Call, study: Study, number: number): SearchPoint | null;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    search: SearchImplementation;
  }
}
