/**
 * What may be learnt of single rows, or of single clients, from the weights of a training. Each step's sum is of what every row
 * says by itself, cut to a greatest norm, with noise added; an accountant says what all steps together come to.
 */
import type { Call } from "#dsl/language/types/value.js";

/** Steps that are alike: in each, every unit takes part with chance `rate` by itself, and noise · clip is the noise's deviation. */
export interface SampledSteps {
  /** Standard deviation of the noise, in units of the clip. */
  readonly noise: number;
  readonly rate: number;
  readonly steps: number;
}

export interface PrivacyImplementation {
  /** ε at the call's δ of what was done, one after the other: all of it on the same units. */
  spent(call: Call, done: readonly SampledSteps[]): number;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    privacy: PrivacyImplementation;
  }
}
