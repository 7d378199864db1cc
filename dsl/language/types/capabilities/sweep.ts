/** Capabilities of sweep words: distributions, constraints between values, search methods. */
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

/** A constraint between two numbers of a point. */
export interface NumberRelationCapabilities {
  isSatisfied(one: number, other: number): boolean;
}
/** A function of several numbers of a point. Increases with each of them if none is negative. */
export interface RelationTermCapabilities {
  compute(numbers: readonly number[]): number;
}
/** Chooses the next trial of a sweep. */
export interface SearchCapabilities<C extends Call = Call> {
  /** Chooses by the results of earlier trials. */
  readonly learnsFromTrials?: true;
  /** Enumerates its space and ends: no number of trials is required. */
  readonly isExhaustive?: true;
  /**
   * For a search that ends: the number of values it samples from a continuous range; null if it does not accept one.
   */
  readonly pointsOfRange?: CallFunction<C, number | null>;
  /** Uses the scores of one goal; `instead`: the search that supports several. */
  readonly singleGoal?: { readonly instead: string };
}

export interface SearchSpaceCapabilities {
  /** How values are sampled: from a list, or from a range, uniformly or log-uniformly. */
  readonly distribution: "choice" | "uniform" | "log";
}
