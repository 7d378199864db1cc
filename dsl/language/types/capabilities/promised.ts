/** What is told of bars that scores are held to, and of promises that trainings keep. */
import type { Call } from "../value.js";

export interface ThresholdText {
  readonly says: string;
  readonly number: number;
  readonly written: string;
  /** It is a share of 1, written in hundredths. */
  readonly percent: boolean;
}

/** In each of so many steps every one of so many units takes part with chance `rate` by itself. `units`: rows, or clients. */
export interface PrivacySampling {
  readonly rate: number;
  readonly steps: number;
  readonly units: number;
  /** ε that may not be passed, whatever noise is written; absent: what is written is done. */
  readonly most?: number;
}
export interface PrivacyGuarantee {
  readonly epsilon: number;
  /** That ε is told at. */
  readonly delta: number;
  /** Standard deviation of the noise, in units of the clip. */
  readonly noise: number;
  /** The call with what followed of the units. */
  readonly call: Call;
  /** It promises next to nothing; absent: something. */
  readonly weak?: true;
}
