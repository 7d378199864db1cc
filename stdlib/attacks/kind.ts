/** An attack on a trained model: what someone who can query the model learns about single training rows. */
import type { Call } from "#dsl/language/types/value.js";
import type { ConfidenceInterval } from "../statistics/interval.js";

/**
 * Membership scores of training rows (members) and other rows: the greater the score, the likelier the row was trained
 * on.
 */
export interface MembershipScores {
  readonly members: Float64Array;
  readonly others: Float64Array;
  /** True if each row's loss is compared with the base model's loss; false if the score uses the loss alone. */
  readonly calibrated: boolean;
}
/** Losses of the planted canaries, and of canaries from the same space that no model was trained on. */
export interface CanaryLosses {
  readonly planted: readonly { readonly canary: string; readonly loss: number; readonly unseen: Float64Array }[];
  /** How many times each planted canary appears in the training rows. */
  readonly times: number;
  /** log2 of the number of possible canaries. */
  readonly bits: number;
}
export interface AttackContext {
  /** Scores at most `most` members and at most `most` other rows. Throws coded errors. */
  rows(most: number): Promise<MembershipScores>;
  /** Throws coded errors. */
  canaries(unseen: number): Promise<CanaryLosses>;
}

export interface AttackMetric {
  readonly name: string;
  readonly value: number;
  readonly interval: ConfidenceInterval | null;
  /**
   * `value`: expected figure if the model leaks nothing. `most`: upper bound that chance alone stays below 95 times of
   * 100.
   */
  readonly chance: { readonly value: number; readonly most?: number };
}
/** What the report plots: the detection rates as the threshold falls, or the losses of planted and unseen canaries. */
export type AttackPlot =
  | { readonly of: "caught"; readonly others: readonly number[]; readonly members: readonly number[] }
  | {
      readonly of: "exposure";
      readonly planted: readonly { readonly canary: string; readonly loss: number; readonly exposure: number }[];
      readonly unseen: readonly number[];
    };
export interface AttackReport {
  readonly figures: readonly AttackMetric[];
  /** True if the attack found a leak. */
  readonly found: boolean;
  /** The finding in one sentence. */
  readonly said: string;
  /** How the attack was carried out. */
  readonly how: string;
  readonly picture: AttackPlot;
}
export interface AttackImplementation {
  run(call: Call, world: AttackContext): Promise<AttackReport>;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    attack: AttackImplementation;
  }
}
