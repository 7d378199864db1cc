/**
 * Aggregators: what becomes of the updates that clients send in a round. An update is a vector: all that trains, one parameter
 * after the other in the order of the checkpoint, weights after the client's steps less those before. Vectors are f32 on the
 * way and summed in f64.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { StrategyImplementation } from "../strategies/kind.js";

export interface ClientUpdate {
  /** Rows that it learnt from, once each: what it weighs. */
  readonly rows: number;
  /** Its local updates. */
  readonly steps: number;
  readonly delta: Float32Array;
}

/** Vectors that a side keeps from round to round, each as long as the weights, by name; zeros at first. */
export type RoundStateVectors = Readonly<Record<string, Float64Array>>;

/** What an aggregator adds to a client's steps, and what the client sends besides its update (SCAFFOLD's control variates). */
export interface ClientSideAlgorithm {
  /** Changes the client's steps; its `states` are set before the first step of each round. It gets the aggregator's call. */
  readonly strategy: StrategyImplementation;
  /** Names of what a client keeps, and of what the server sends beside the weights. */
  readonly keeps: readonly string[];
  readonly sent: readonly string[];
  /** Vectors by the prefix of `strategy.states`, as they stand before the first step of a round. `weights`: the server's. */
  initialStates(
    call: Call,
    context: { readonly weights: Float32Array; readonly sent: RoundStateVectors; readonly saved: RoundStateVectors },
  ): RoundStateVectors;
  /**
   * After the last step of a round. `states`: vectors by the prefix of `strategy.states`, as they stand then. `kept`: what it keeps
   * from now on; `given`: what it sends beside its update, by name (none of `sent`: nothing).
   */
  after(
    call: Call,
    context: {
      readonly delta: Float32Array;
      readonly steps: number;
      readonly states: RoundStateVectors;
      readonly sent: RoundStateVectors;
      readonly saved: RoundStateVectors;
    },
  ): { readonly saved: RoundStateVectors; readonly given: RoundStateVectors };
}

export interface AggregatorImplementation {
  /**
   * The one update that those of a round come to, where that is not their mean by rows. It sees each by itself, which a sum of
   * masked updates doesn't allow. Coded errors where there are too few. Absent: the mean by rows (`aggregators/shared/mean.ts`).
   */
  combine?(call: Call, updates: readonly ClientUpdate[]): Float64Array;
  /** Names of vectors that the server keeps. */
  readonly keeps?: readonly string[];
  /**
   * What is added to the weights. `mean`: what the updates came to; `given`: the means by rows of what clients sent beside them;
   * `share`: of the rows of all clients, those of the round's. Changes `kept`. Absent: `mean` itself.
   */
  step?(
    call: Call,
    context: {
      readonly round: number;
      readonly mean: Float64Array;
      readonly given: RoundStateVectors;
      readonly share: number;
      readonly saved: RoundStateVectors;
    },
  ): Float64Array;
  /** What it asks of clients; absent: they train as ever. */
  readonly local?: ClientSideAlgorithm;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    aggregator: AggregatorImplementation;
  }
}
