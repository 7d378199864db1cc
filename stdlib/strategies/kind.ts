/**
 * Strategies of continual learning: how a model learns from new data without forgetting earlier data. A strategy adds terms to the
 * loss, keeps states for each parameter, and can replay rows. At the end of a data set it consolidates: it updates its states for
 * the next one (`stdlib/programs/consolidation.ts`).
 */
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LossTerm, TrainedParameter } from "../losses/loss-term.js";

/** A parameter before and after an update; its gradient is without penalties and before clipping. */
export interface UpdatedParameter extends TrainedParameter {
  readonly after: Tensor;
}

export interface StrategyImplementation {
  /** Prefixes of the states that it keeps for a parameter (`ewc.anchor/`): `prefix + name`. A resumed run needs them. */
  readonly states: readonly string[];
  /** Those of them that are places of the weights: what they say of a new label's weights is where these begin. */
  readonly anchors?: readonly string[];
  /**
   * The part of a parameter (or of one of its states) that belongs to earlier data: it gets no gradient, and the optimizer's change
   * of it is undone. The stage before had that part alone. Null: none.
   */
  frozenPart?(call: Call, name: string, shape: readonly number[]): FrozenPart | null;
  /** Loss terms that are added to the objective: penalties on parameters, distances to replayed outputs. Default: none. */
  terms?(call: Call): readonly LossTerm[];
  /** Updates its own states after an update of the parameters. */
  afterUpdate?(call: Call, graph: Graph, parameters: readonly UpdatedParameter[]): void;
  /** Updates its states at the end of a data set. */
  consolidate?(call: Call, graph: Graph, context: ConsolidationContext): void;
  /** How the squared gradients that it consolidates are estimated; default: it uses none. */
  fisher?(call: Call): FisherOptions;
  /** Rows of earlier data that are replayed, as its record says; default: none. */
  replay?(call: Call): ReplayBuffer;
  /** Which logits are cached for its terms of reference `cached`, whose source is its word. Default: none. */
  readonly replayedOutputs?: ReplayedOutputs;
  /** Rows are sent to the part of the data that they are like: these are told before the first step (`ModelOutputs.routed`). */
  routes?: true;
  /** States ([…], they don't train) that it goes by, told before the first step. */
  readonly constants?: readonly string[];
}

/** The first places along an axis. */
export interface FrozenPart {
  readonly axis: 0 | 1;
  readonly first: number;
}

/** What the program of a consolidation sees. */
export interface ConsolidationContext {
  readonly parameters: readonly { readonly name: string; readonly value: Tensor }[];
  /** f32 scalar: 1 before the first data set, for what the model knew already; else 0. */
  readonly first: Tensor;
  /** The mean over rows of the squared gradient of a parameter; of strategies with `fisher`. */
  readonly squared: (name: string) => Tensor;
}

/** How the Fisher information is estimated. */
export interface FisherOptions {
  /**
   * Labels whose log-probability is differentiated: `exact`, all of them, weighted by their probabilities; `sampled`, one drawn by
   * these; `empirical`, the row's own; `batched`, the squared mean over a batch, which is no Fisher information and is here for
   * comparison. Default: `exact` where a row has one label of few; of many, along some directions with the others folded into the
   * last; else `empirical`.
   */
  readonly labels?: "exact" | "sampled" | "empirical" | "batched" | null;
  /** Maximum number of rows; default: all. */
  readonly rows?: number | null;
}
/**
 * When cached logits are computed. `stage_start`: for every row of a stage, with the weights that the stage starts from; only the
 * labels of earlier data are known. `stage_end`: for the replayed rows, with the weights at the end of the stage that learned them.
 */
export type ReplayedOutputs = "stage_start" | "stage_end";

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    strategy: StrategyImplementation;
  }
}
