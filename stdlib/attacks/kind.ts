/** An attack on a trained model: what of single rows somebody finds out who has the model and asks it. */
import type { Call } from "#dsl/language/types/value.js";
import type { Interval } from "../statistics/interval.js";

/** By which rows that trained are to be told from others: the greater, the likelier one trained. */
export interface MemberScores {
  readonly members: Float64Array;
  readonly others: Float64Array;
  /** Each row's loss is held beside what the base makes of it; else it is the loss alone. */
  readonly calibrated: boolean;
}
/** Losses of canaries that were planted, and of others of the same space that no model ever saw. */
export interface CanaryLosses {
  readonly planted: readonly { readonly canary: string; readonly loss: number; readonly unseen: Float64Array }[];
  /** How often each stood among the rows that trained. */
  readonly times: number;
  /** log2 of the size of the space. */
  readonly bits: number;
}
export interface AttackContext {
  /** At most so many rows of each. Coded errors. */
  rows(most: number): Promise<MemberScores>;
  /** Coded errors. */
  canaries(unseen: number): Promise<CanaryLosses>;
}

export interface AttackMetric {
  readonly name: string;
  readonly value: number;
  readonly interval: Interval | null;
  /** What it comes to where nothing can be told; `most`: up to what chance alone brings it, 95 times of 100. */
  readonly chance: { readonly value: number; readonly most?: number };
}
/** What is drawn: how many of each are caught as the threshold falls, or losses beside each other. */
export type AttackPlot =
  | { readonly of: "caught"; readonly others: readonly number[]; readonly members: readonly number[] }
  | {
      readonly of: "exposure";
      readonly planted: readonly { readonly canary: string; readonly loss: number; readonly exposure: number }[];
      /** Losses. */
      readonly unseen: readonly number[];
    };
export interface AttackReport {
  readonly figures: readonly AttackMetric[];
  /** Whether something was found out. */
  readonly found: boolean;
  /** That in a sentence. */
  readonly said: string;
  /** How it was done. */
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
