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

/** A parameter before and after an update. Its gradient excludes penalties and is not clipped. */
export interface UpdatedParameter extends TrainedParameter {
  readonly after: Tensor;
}

export interface StrategyImplementation {
  /**
   * Prefixes of the states per parameter (`ewc.anchor/`): a state's name is `prefix + name`. A resumed run needs them.
   */
  readonly states: readonly string[];
  /** The prefixes whose states are anchor weights; the anchor of a new label's weights is their initial value. */
  readonly anchors?: readonly string[];
  /**
   * The part of a parameter (or of one of its states) that belongs to earlier data. It gets no gradient, and the
   * optimizer's change of it is undone. The previous task consisted of that part alone. Null if there is none.
   */
  frozenPart?(call: Call, name: string, shape: readonly number[]): FrozenParameterPart | null;
  /** Loss terms added to the objective: penalties on parameters, distances to replayed outputs. Default: none. */
  terms?(call: Call): readonly LossTerm[];
  /** Updates the strategy's states after each update of the parameters. */
  afterUpdate?(call: Call, graph: Graph, parameters: readonly UpdatedParameter[]): void;
  /** Updates the strategy's states at the end of a data set. */
  consolidate?(call: Call, graph: Graph, context: ConsolidationInputs): void;
  /** How the squared gradients for consolidation are estimated. Default: none are used. */
  fisher?(call: Call): FisherOptions;
  /** Rows of earlier data to replay, as declared in the strategy's record. Default: none. */
  replay?(call: Call): ReplayBuffer;
  /** Which logits are cached for loss terms with the reference `cached`. Default: none. */
  readonly replayedOutputs?: ReplayedOutputsTime;
  /**
   * Each row is routed to the adapter of the most similar data set; these are computed before the first step
   * (`ModelOutputs.routed`).
   */
  routes?: true;
  /** Non-trainable states that the strategy reads, set before the first step. */
  readonly constants?: readonly string[];
}

/** The first `first` indices along an axis. */
export interface FrozenParameterPart {
  readonly axis: 0 | 1;
  readonly first: number;
}

/** Inputs of a consolidation program. */
export interface ConsolidationInputs {
  readonly parameters: readonly { readonly name: string; readonly value: Tensor }[];
  /** f32 scalar: 1 before the first data set, for what the pretrained model knows; else 0. */
  readonly first: Tensor;
  /** Mean over rows of a parameter's squared gradient; only for strategies with `fisher`. */
  readonly squared: (name: string) => Tensor;
}

/** How the Fisher information is estimated. */
export interface FisherOptions {
  /**
   * Labels whose log-probability is differentiated. `exact`: all labels, weighted by their probabilities. `sampled`:
   * one label drawn by these. `empirical`: the row's true label. `batched`: the squared mean over a batch, which is no
   * Fisher information and serves for comparison. Default: `exact` if a row has one of a few labels. With many labels
   * it uses some directions, with the others folded into the last. Otherwise `empirical`.
   */
  readonly labels?: "exact" | "sampled" | "empirical" | "batched" | null;
  /** Maximum number of rows; default: all. */
  readonly rows?: number | null;
}
/**
 * When cached logits are computed. `stage_start`: for every row of a task, with the weights at its start; only the
 * labels of earlier data are known. `stage_end`: for the replayed rows, with the weights at the end of the task that
 * learned them.
 */
export type ReplayedOutputsTime = "stage_start" | "stage_end";

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    strategy: StrategyImplementation;
  }
}
