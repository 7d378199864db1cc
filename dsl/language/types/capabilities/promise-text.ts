/** Texts of score thresholds, and privacy guarantees of trainings. */
import type { Call } from "../value.js";

export interface ThresholdText {
  readonly text: string;
  readonly number: number;
  readonly written: string;
  /** The threshold is a share, displayed as a percentage. */
  readonly isPercent: boolean;
}

/**
 * In each of `steps` steps, each of `units` units is sampled independently with probability `rate`. `units`: rows, or
 * clients.
 */
export interface PrivacySampling {
  readonly rate: number;
  readonly steps: number;
  readonly units: number;
  /** Upper limit of ε, whatever noise is written; defaults to no limit. */
  readonly most?: number;
}
export interface PrivacyGuarantee {
  readonly epsilon: number;
  /** δ at which ε is stated. */
  readonly delta: number;
  /** Standard deviation of the noise, in units of the clip. */
  readonly noise: number;
  /** The call with `delta` derived from the number of rows or clients. */
  readonly call: Call;
  /** The guarantee is so weak that it is nearly meaningless. */
  readonly weak?: true;
}
