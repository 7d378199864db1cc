/** Options for assembling programs, and the programs themselves. */
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import type { OutputLossTerm } from "../losses/loss-term.js";
import type { ModelImplementation } from "../models/kind.js";
import type { OptimizerImplementation } from "../optimizers/kind.js";
import type { StrategyImplementation } from "../strategies/kind.js";
import type { TaskImplementation } from "../tasks/kind.js";
import type { TechniqueImplementation } from "../techniques/kind.js";
import type { ActivationQuantization } from "../layers/rounded-activations.js";

export interface ConfiguredStrategy {
  readonly call: Call;
  readonly implementation: StrategyImplementation;
}
/** An objective with more terms than the task's own loss. */
export interface ObjectiveOptions {
  /** Terms that replace the task's own loss; it is one of them if it counts. */
  readonly terms: readonly OutputLossTerm[];
  /** Model of the reference `frozen`; null if no term uses it. */
  readonly teacher: TeacherModelOptions | null;
  /** True if each batch also has rows without labels. */
  readonly unlabelledRows: boolean;
}
/**
 * A teacher model in the program of another model. Its states have their own prefix (`TEACHER_STATE_PREFIX`) and are
 * zero until they are loaded.
 */
export type TeacherModelOptions = Pick<AssembleOptions, "family" | "config" | "technique" | "task" | "labels">;

export interface AssembleOptions {
  readonly family: ModelImplementation;
  /** Result of `family.config`. */
  readonly config: unknown;
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  readonly technique: { readonly call: Call; readonly implementation: TechniqueImplementation };
  /** Parts of the base that do not train, whatever the technique. Defaults to none. */
  readonly freeze?: readonly Call[];
  readonly optimizer: { readonly call: Call; readonly implementation: OptimizerImplementation };
  /** Continual-learning strategies. Not defined for training on a single data set. */
  readonly strategies?: readonly ConfiguredStrategy[];
  /** Defaults to the task's own loss. Terms of strategies are added to it. */
  readonly objective?: ObjectiveOptions | undefined;
  /** Prefix of all state names. By default, names are those of the checkpoint. */
  readonly under?: string;
  readonly labels: number;
  /** Roles of the training data that some tasks depend on. Defaults to none. */
  readonly roles?: readonly string[];
  /** Dropout rate; null uses the config's own rates. */
  readonly dropout: number | null;
  /** Maximum global norm of the gradients; null for no clipping. */
  readonly clip: number | null;
  /** True if the checkpoint's names have the family's prefix (`bert.`). */
  readonly prefixInCheckpoint: boolean;
  /** Tensors of the base and, if the technique starts from an adapter, of the adapter: names, or names with shapes. */
  readonly tensors: ReadonlySet<string> | Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  /** Activation quantization of a quantized model. Defaults to none. */
  readonly rounding?: ActivationQuantization;
  /** Called with the input of each linear layer. */
  readonly onLinearInput?: (path: string, x: Tensor) => void;
  /** True if the programs take token_type_ids; otherwise all types are 0. */
  readonly tokenTypes?: boolean;
  /** True if rows contain several texts: the programs then also take `positions` and `segments`. */
  readonly packed?: boolean;
  /** True to build `accumulate` and `apply`. */
  readonly accumulate?: boolean;
  /** Private updates, with the maximum norm of a per-example gradient. By default, updates are not private. */
  readonly privacy?: { readonly clip: number };
  /** Passes and their settings. Defaults to f32 without recomputation. */
  readonly passes?: PassSettings;
}
/** Programs of private training, each built on demand. */
export interface PrivateTrainingPrograms {
  /**
   * Adds the clipped per-example gradients of a batch to states `gradient/<name>`; null if they cannot be computed in a
   * batch. Inputs as in `train` without rate and step, plus `share` f32 [batch] (1 / the number of losses of a row).
   * The input `told` (f32 scalar) is 1 / the count of the complete update. Outputs: loss (the sum of losses · `told`),
   * and norms f32 [batch] (the gradient norm per row).
   */
  readonly apart: Program | null;
  /**
   * The same for a batch that is one row of the data, or everything made from one row; `share` and norms are scalars.
   */
  readonly alone: Program;
  /**
   * Updates the weights from the sums and resets these to zero. Inputs: rate, step; `mean` (f32 scalar), 1 / the
   * expected number of rows per update; `noise/<name>` f32 per parameter, which is added to its sum. Output: norm, of
   * the gradient including noise.
   */
  readonly apply: Program;
}
/**
 * Quantity with squared gradients. `loss`: the loss per row. The others use the logits: `directions` along one
 * direction per row, `pairs` along several (pairs of a row and a direction), and `between` along the one between two
 * labels, which is sufficient for two.
 */
export type FisherEstimator = "directions" | "pairs" | "between" | "loss";
/** Program that adds squared gradients to separate states. */
export interface FisherProgram {
  readonly estimator: FisherEstimator;
  /**
   * Inputs as in evaluate, plus those of the estimator: `directions` (f32, shaped like the logits); `directions` (f32
   * [pairs, labels]) and `row_of` (i32 [pairs], the row of each); or `between` (f32 [labels]: 1 at a label, −1 at
   * another, else 0). For the estimator `loss`, inputs as in the loss program. Output: loss, the sum over rows of the
   * quantity.
   */
  readonly program: Program;
  /**
   * True if the per-example gradients are squared; otherwise the batch gradient, times the input `share` (f32 scalar).
   */
  readonly perRow: boolean;
  /** Bytes per row or pair before summing. */
  readonly rowBytes: number;
}
export interface ConsolidationPrograms {
  /**
   * Builds the Fisher program on demand. If per-example gradients cannot be separated, `perRow` gives a program for the
   * complete batch, along one direction per row. Null if no strategy uses Fisher information.
   */
  readonly fisher: ((estimator: FisherEstimator, perRow: boolean) => FisherProgram) | null;
  /**
   * Consolidates and resets the sums to zero. Inputs: rows and first (f32 scalars): the number of rows in the sums, and
   * 1 before the first data set, else 0.
   */
  readonly consolidate: Program;
}
export interface AssembledPrograms {
  /**
   * Inputs: input_ids, attention_mask (both i32 [batch, length]), those of the task's supervision
   * (`Supervision.inputs`), positions and segments if packed, draws (i32 [batch], see tensor/numbers/random.ts), rate
   * (f32), step (i32, from 1). Outputs: loss (mean over the counted targets), norm.
   */
  readonly train: Program;
  /**
   * One part of a large batch: adds the gradients of (sum of losses · share) to the states `gradient/<name>`. Inputs as
   * in train without rate and step, plus `share` (f32 scalar: 1 / the count of the complete batch). Output: loss, that
   * sum · share.
   */
  readonly accumulate?: Program;
  readonly private?: PrivateTrainingPrograms;
  /** Updates the weights from the accumulated gradients and resets these to zero. Inputs: rate, step. Output: norm. */
  readonly apply?: Program;
  /**
   * Inputs: input_ids, attention_mask (and decoder_input_ids), and targets i32 [targets] for tasks with target
   * positions. Outputs: logits, and probabilities if the task has them.
   */
  readonly evaluate: Program;
  /**
   * Like evaluate, plus the supervision inputs and the output loss. For tasks scored by loss alone, the outputs are
   * loss, sum and count, without logits.
   */
  readonly loss: Program;
  /**
   * Inputs as in evaluate. Output: features, the input of the head's linear layer. Null if the technique does not fit
   * the head from features.
   */
  readonly features: Program | null;
  /**
   * States passed on to the next training in a sequence: trained states, those of strategies, and the standardization
   * of numbers.
   */
  readonly carried: readonly string[];
  /** Trainable states, in the checkpoint's order. */
  readonly trainable: readonly string[];
  /** States of the trained model, with their names in the saved file (PEFT's names for its adapters). */
  readonly saved: Readonly<Record<string, string>>;
  /**
   * States that a resumed run needs: trained states, the optimizer's moments, and constants computed from the training
   * rows.
   */
  readonly resumable: readonly string[];
}
