/**
 * Privacy of training: limits what the weights reveal about single rows, or single clients. Each step sums per-example
 * gradients (or client updates), clipped to a maximum norm, and adds noise. An accountant computes the total privacy
 * loss of all steps.
 */
import type { Call } from "#dsl/language/types/value.js";

/**
 * Identical steps: in each, every unit participates independently with probability `rate`, and the noise has the
 * standard deviation noise · clip.
 */
export interface NoisySampledSteps {
  /** Standard deviation of the noise, in units of the clip. */
  readonly noise: number;
  readonly rate: number;
  readonly steps: number;
}

export interface PrivacyImplementation {
  /** Returns ε, at the call's δ, of all steps done so far, one after the other on the same units. */
  spent(call: Call, done: readonly NoisySampledSteps[]): number;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    privacy: PrivacyImplementation;
  }
}
