/** What the rules of `sweep auto` are told of: bases, ways to train each and what they take, and what is wanted. */
import type { SkippedCandidate, TokenLengths, ProgramSetting } from "./auto.js";
import type { TechniqueOption } from "./ways.js";

/** A technique on a base, as a plan estimates it for one epoch. */
export interface CostedTechnique extends TechniqueOption {
  /** The rate that is recommended for it on this base. */
  readonly rate: number;
  readonly secondsAnEpoch: number;
}
export interface BaseCandidate {
  /** As a program names it. */
  readonly base: string;
  /** Of its probe, the greater the better; null: it was not probed. */
  readonly worth: number | null;
  readonly lengths: TokenLengths | null;
  /** Most tokens that it reads. */
  readonly positions: number;
  readonly ways: readonly CostedTechnique[];
  /** Techniques that can't train it, with the reason; absent: all can. */
  readonly refused?: readonly SkippedCandidate[];
}
export interface AutoRequirements {
  /** That train. */
  readonly rows: number;
  /** Rows that validate. */
  readonly validating: number;
  readonly task: string;
  /** What is left for trials. */
  readonly seconds: number;
  readonly trials: number | null;
  /** Settings that stay. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Of the sweep as they were asked for: goals, bars, bounds. */
  readonly requested: readonly ProgramSetting[];
  /** The metric that weights are kept by; null: validations don't measure it. */
  readonly keep: string | null;
}
