/** What programs are assembled from, and what comes out. */
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import type { OutputTerm } from "../losses/loss-term.js";
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
/** An objective that is more than the task's own loss. */
export interface ObjectiveOptions {
  /** They replace the task's own loss, which is one of them where it counts. */
  readonly terms: readonly OutputTerm[];
  /** The model of the reference `frozen`; null: no term has it. */
  readonly teacher: TeacherOptions | null;
  /** Whether each batch also has rows without labels. */
  readonly unlabelledRows: boolean;
}
/** A model in the program of another. Its states have names of their own (`TEACHER`) and are zero until they are loaded. */
export type TeacherOptions = Pick<AssembleOptions, "family" | "config" | "technique" | "task" | "labels">;

export interface AssembleOptions {
  readonly family: ModelImplementation;
  /** What `family.config` gave. */
  readonly config: unknown;
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  readonly technique: { readonly call: Call; readonly implementation: TechniqueImplementation };
  /** Parts of the base that don't train whatever the technique says; absent: none. */
  readonly freeze?: readonly Call[];
  readonly optimizer: { readonly call: Call; readonly implementation: OptimizerImplementation };
  /** How it goes on learning from new data; absent: it learns from one data set. */
  readonly strategies?: readonly ConfiguredStrategy[];
  /** Default: the task's own loss. Terms of strategies are added to it. */
  readonly objective?: ObjectiveOptions | undefined;
  /** Put before the names of all states; absent: they are as in a checkpoint. */
  readonly under?: string;
  /** Number of labels. */
  readonly labels: number;
  /** Roles of the training data, which some tasks learn by; absent: none that matter. */
  readonly roles?: readonly string[];
  /** Null: the config's own rates. */
  readonly dropout: number | null;
  /** Greatest global norm of the gradients; null: no clipping. */
  readonly clip: number | null;
  /** Whether the checkpoint's names carry the family's prefix (`bert.`). */
  readonly prefixInCheckpoint: boolean;
  /** Tensors of the base and, if the technique starts from an adapter, of the adapter: names, or names with shapes. */
  readonly tensors: ReadonlySet<string> | Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  /** How what goes into products is rounded, of a model that was quantised; absent: it isn't. */
  readonly rounding?: ActivationQuantization;
  /** Called with the input of each linear layer. */
  readonly onLinearInput?: (path: string, x: Tensor) => void;
  /** Whether the programs take token_type_ids; else all are 0. */
  readonly tokenTypes?: boolean;
  /** Whether rows hold several texts: the programs take `positions` and `segments` too. */
  readonly packed?: boolean;
  /** Whether `accumulate` and `apply` are made. */
  readonly accumulate?: boolean;
  /** Whether updates are private, and the greatest length of what a row says in them; absent: they aren't. */
  readonly privacy?: { readonly clip: number };
  /** Passes and their settings; absent: f32, nothing recomputed. */
  readonly passes?: PassSettings;
}
/** Each is made when asked for. */
export interface PrivatePrograms {
  /**
   * Adds what each row of a batch says, cut to the clip, to states `gradient/<name>`. Inputs as train's without rate and step; `share` f32
   * [batch]: 1 / how many of a row's losses there are; `told` (f32 scalar): 1 / what counts in the whole update. Outputs loss: the sum of
   * losses · told; norms f32 [batch]: how long the gradient of each row is. Null: rows of a batch can't be told apart.
   */
  readonly apart: Program | null;
  /** The same of a batch that is one row of the data, or all that became of one: `share` is a scalar, and so is norms. */
  readonly alone: Program;
  /**
   * The update from what was summed, which it sets to zero. Inputs rate, step; `mean` (f32 scalar): 1 / rows that are expected
   * in an update; `noise/<name>` f32 for each parameter, which is added to its sum. Output norm, of the gradient with its noise.
   */
  readonly apply: Program;
}
/**
 * Whose gradient is squared: of the logits along one direction per row (`directions`), along several (`pairs` of a row and a
 * direction), along the one between two labels, which is enough for two (`between`); or of each row's loss.
 */
export type FisherEstimator = "directions" | "pairs" | "between" | "loss";
/** Adds squared gradients to states of their own. */
export interface FisherProgram {
  readonly estimator: FisherEstimator;
  /**
   * Inputs as evaluate's and, by the estimator: `directions` (f32 as the logits); `directions` (f32 [pairs, labels]) and `row_of` (i32
   * [pairs], the row of each); `between` (f32 [labels]: 1 at a label, −1 at another, else 0); or inputs as loss's. Output loss:
   * the sum over rows of what was squared.
   */
  readonly program: Program;
  /** Whether the gradient of each row is squared; else that of the batch, times input `share` (f32 scalar). */
  readonly perRow: boolean;
  /** Bytes per row or pair before they are summed. */
  readonly rowBytes: number;
}
export interface ConsolidationPrograms {
  /**
   * Built on demand. Where gradients of single rows can't be told apart, `perRow` gives a program of the whole batch, along one
   * direction per row. Null: no strategy uses Fisher information.
   */
  readonly fisher: ((estimator: FisherEstimator, perRow: boolean) => FisherProgram) | null;
  /** Inputs rows and first (f32 scalars): the number of rows in the sums, and 1 before the first data set, else 0. Sets the sums to zero. */
  readonly consolidate: Program;
}
export interface AssembledPrograms {
  /**
   * Inputs input_ids, attention_mask (both i32 [batch, length]), what the task's supervision adds (`Supervision.inputs`),
   * positions and segments if packed, draws (i32 [batch], see tensor/numbers/random.ts), rate (f32), step (i32, from 1); outputs loss (mean over what counts), norm.
   */
  readonly train: Program;
  /**
   * One part of a large batch: inputs as train's without rate and step, and `share` (f32 scalar: 1 / what counts in the whole batch);
   * adds the gradients of (sum of losses · share) to state `gradient/<name>`; output loss, that sum · share.
   */
  readonly accumulate?: Program;
  /** Of trainings with privacy. */
  readonly private?: PrivatePrograms;
  /** The update from what was accumulated, which it sets to zero: inputs rate, step; output norm. */
  readonly apply?: Program;
  /** Inputs input_ids, attention_mask (and decoder_input_ids), and targets i32 [targets] of tasks asked about places; outputs logits, and probabilities where the task has them. */
  readonly evaluate: Program;
  /** As evaluate, with what the supervision adds; output loss besides. Of tasks that are scored by their loss alone: outputs loss, sum and count, no logits. */
  readonly loss: Program;
  /** Inputs as evaluate's; output features, what the head's linear layer reads; null: the technique finds no head from them. */
  readonly features: Program | null;
  /** States that the next of several trainings begins with: what trains, what strategies keep, and the standard of numbers. */
  readonly carried: readonly string[];
  /** States that train, in the checkpoint's order. */
  readonly trainable: readonly string[];
  /** States that make up the trained model, and the names they are saved under (PEFT's for its adapters). */
  readonly saved: Readonly<Record<string, string>>;
  /** States that a resumed run needs: what trains, the optimizer's moments, and what the training rows said of the head's numbers. */
  readonly resumable: readonly string[];
}
