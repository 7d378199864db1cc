/**
 * Aggregators: how the updates that clients send in a round are combined. An update is a vector: all trained parameters
 * in the order of the checkpoint, as the weights after the client's steps minus those before. Vectors are sent in f32
 * and summed in f64.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { StrategyImplementation } from "../strategies/kind.js";

export interface ClientUpdate {
  /** Number of distinct training rows: the weight of this update. */
  readonly rows: number;
  /** Number of its local steps. */
  readonly steps: number;
  readonly delta: Float32Array;
}

/**
 * State vectors that the server or a client keeps between rounds, by name, each as long as the weights; initially
 * zeros.
 */
export type RoundStateVectors = Readonly<Record<string, Float64Array>>;

/**
 * What an aggregator adds to a client's steps, and what the client sends in addition to its update (SCAFFOLD's control
 * variates).
 */
export interface ClientSideAlgorithm {
  /**
   * Changes the client's steps; its `states` are set before the first step of each round. It receives the aggregator's
   * call.
   */
  readonly strategy: StrategyImplementation;
  /**
   * Names of the vectors that a client keeps; `sent`: names of those that the server sends in addition to the weights.
   */
  readonly keeps: readonly string[];
  readonly sent: readonly string[];
  /**
   * Returns the state vectors before the first step of a round, by the prefix in `strategy.states`. `weights`: the
   * server's.
   */
  initialStates(
    call: Call,
    context: { readonly weights: Float32Array; readonly sent: RoundStateVectors; readonly saved: RoundStateVectors },
  ): RoundStateVectors;
  /**
   * Called after the last step of a round. `states`: the present state vectors by the prefix in `strategy.states`.
   * Returns `saved`: the vectors that the client keeps from now on; `given`: those that it sends in addition to its
   * update, by name (none of `sent`: nothing).
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
   * Combines the updates of a round, if not by their mean weighted by rows. It needs each update separately, which a
   * sum of masked updates does not allow. Throws coded errors if there are too few. Defaults to the mean
   * (`aggregators/shared/mean.ts`).
   */
  combine?(call: Call, updates: readonly ClientUpdate[]): Float64Array;
  /** Names of the vectors that the server keeps. */
  readonly keeps?: readonly string[];
  /**
   * Returns what is added to the weights. `mean`: the combined update; `given`: means, weighted by rows, of the
   * clients' additional vectors; `share`: the round's share of the rows of all clients. Changes `saved`. Defaults to
   * `mean` itself.
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
  /** The clients' part of the algorithm. Defaults to ordinary training. */
  readonly local?: ClientSideAlgorithm;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    aggregator: AggregatorImplementation;
  }
}
