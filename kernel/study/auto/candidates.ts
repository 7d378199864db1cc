/** Input of the rules of `sweep auto`: the bases, ways to train each with their cost, and the user's requirements. */
import type { SkippedCandidate, TokenLengths, ProposedSetting } from "./auto.js";
import type { TechniqueOption } from "./techniques.js";

/** A technique on a base, with the plan's estimate for one epoch. */
export interface CostedTechnique extends TechniqueOption {
  /** Recommended learning rate for this technique on this base. */
  readonly rate: number;
  readonly secondsAnEpoch: number;
}
export interface BaseCandidate {
  /** Name as written in a program. */
  readonly base: string;
  /** Probe score (greater is better); null if it was not probed. */
  readonly worth: number | null;
  readonly lengths: TokenLengths | null;
  /** Maximum number of tokens that the model reads. */
  readonly positions: number;
  readonly ways: readonly CostedTechnique[];
  /** Techniques that cannot train this base, with the reason; unset if all can. */
  readonly refused?: readonly SkippedCandidate[];
}
export interface AutoSearchFacts {
  /** Number of training rows. */
  readonly rows: number;
  /** Number of validation rows. */
  readonly validating: number;
  readonly task: string;
  /** Seconds left for trials. */
  readonly seconds: number;
  readonly trials: number | null;
  /** Settings that are not varied. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Settings of the sweep as requested by the user: goals, thresholds, bounds. */
  readonly requested: readonly ProposedSetting[];
  /** The metric that selects the checkpoint to keep; null if validations do not measure it. */
  readonly keep: string | null;
}
