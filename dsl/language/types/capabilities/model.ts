/** Capabilities of model words: families, weight storage, tasks, techniques. */
import type { BaseFacts } from "../facts.js";
import type { FromScratchTokenizerDefaults, ConfigSizeFields } from "./from-scratch.js";
import type { Call } from "../value.js";
import type { WeightShapes, Refusal, CallFunction } from "./refusal.js";
import type { MetricOutcome } from "./metric.js";
import type { RowFormatCapabilities } from "./row-format.js";

export interface FamilyCapabilities {
  /** Tokenizer and special tokens for training from scratch; unset if the family does not support it. */
  readonly fromScratch?: FromScratchTokenizerDefaults;
  /** Fields of its sizes in config.json. */
  readonly sizeFields: ConfigSizeFields;
  /** For encoder-decoders: divides the work between input tokens and output tokens. */
  readonly encoderDecoder?: LayerStacks;
  /** Path pattern of a block's gate layer; unset if there is none. */
  readonly gateLayer?: RegExp;
  /** Layout of its linear layers in a checkpoint; defaults to [out, in]. */
  readonly weightLayout?: "in_out" | "out_in";
}
export interface LayerStacks {
  /** Fields of config.json with the number of layers of each. */
  readonly encoder: readonly string[];
  readonly decoder: readonly string[];
  /** Which tokens multiply with a matrix; null if rows are looked up in it. */
  meets(path: string, shapes: WeightShapes): "read" | "written" | null;
}
export interface StorageCapabilities<C extends Call = Call> {
  /** Returns the bytes of a base's stored weights. `writes`: a head over the vocabulary reads the full token table. */
  readonly weightBytes: CallFunction<C, number, [shapes: WeightShapes, writes: boolean]>;
  /** Weights are stored in the compute type, so a plan need not mention it. */
  readonly isPlain?: true;
  /** How it is written as a suggestion when memory is short. */
  readonly suggested?: string;
}

/** A part of a model that can be frozen. */
export interface ModelPartCapabilities<C extends Call = Call> {
  /** Whether a parameter belongs to it, by its path, with or without the family's prefix. */
  readonly contains: CallFunction<C, boolean, [path: string]>;
}

/** What a task's head is added to: the family's capabilities and the base. */
export interface HeadContext {
  readonly family: FamilyCapabilities | undefined;
  readonly base: BaseFacts;
  /** The task's call; defaults to one without arguments. */
  readonly call?: Call;
}
/** The metrics of a task on some data, and the default ones. */
export interface TaskMetrics {
  readonly measures: readonly MetricOutcome[];
  readonly metrics: readonly Call[];
}
export interface TaskCapabilities<C extends Call = Call> {
  /** Roles that the data must have. */
  readonly roles: readonly string[];
  /** Alternative roles. */
  readonly alternativeRoles?: readonly string[];
  /** Additional roles that a training needs. */
  readonly trainingRoles?: CallFunction<C, readonly string[]>;
  /** Labels that the call names, which the data must have. */
  readonly namedLabels?: CallFunction<C, readonly string[]>;
  /** Converts rows of the data to model inputs. */
  readonly rowFormat: RowFormatCapabilities;
  /** No class of another library, and so no base, has the head of the call: it is always newly initialized. */
  readonly hasNewHead?: CallFunction<C, boolean>;
  /** Predicts one label or several per row, so that its logits can be calibrated; unset if it predicts no labels. */
  readonly decides?: "one" | "several";
  /** Its outputs per label or token can be distilled from another model; a refusal: they cannot. */
  readonly canBeDistilled?: true | Refusal;
  /** Rows are conversations, fed in full. */
  readonly conversation?: true;
  /** Predicts from one logit per text, so that token attributions can be computed. */
  readonly isExplainable?: true;
  /** A base does it untrained. */
  readonly worksUntrained?: true;
  /**
   * Whether the loss compares each text with all others of its batch, so that micro-batches are not equal to the batch.
   */
  readonly batchwise?: CallFunction<C, boolean, [roles: readonly string[]]>;
  /**
   * What a canary row tests memorization of: the label of a text, or the generated text. Unset if no canaries can be
   * made.
   */
  readonly canary?: "labelled" | "written";
  /** The argument that is computed over the training rows, so that rows affect each other; null or unset for none. */
  readonly countsOverTraining?: CallFunction<C, string | null>;
  /** Its head standardizes targets by the mean and spread of all training rows. */
  readonly standardizesTargets?: true;
  /**
   * Share of a batch's tokens for which logits over the vocabulary are computed; unset if the head predicts no token.
   */
  readonly vocabularyShare?: CallFunction<C, number>;
  /** Returns the elements of its head for `hidden` features and `labels` labels. */
  headParameters(hidden: number, labels: number, on: HeadContext): number;
  /** Outcomes by which it can be measured. */
  readonly measures: readonly MetricOutcome[];
  /** Default metrics. */
  readonly metrics?: readonly Call[];
  /** Both, if they depend on the roles of the data. */
  readonly measuredByRoles?: (roles: readonly string[], task: Call) => TaskMetrics;
}

/** Counts elements over the shapes of a base (frozen ones are excluded). */
type Count<C extends Call> = CallFunction<
  C,
  number,
  [shapes: WeightShapes, layout: FamilyCapabilities["weightLayout"] | undefined, base: BaseFacts]
>;
export interface TechniqueCapabilities<C extends Call = Call> {
  /** What is saved for a trained model: every weight, or only the trained ones (over an unchanged base). */
  readonly saves: "model" | "trained";
  /** Every weight trains, so random initialization is possible. */
  readonly trainsAll?: true;
  /** No weight of the base trains, and none is added. */
  readonly trainsHeadOnly?: true;
  /** Its weights can be merged into the base, so that the complete model can be written. */
  readonly canBeMerged?: true;
  /**
   * Trainable parameters besides the head, from the base's shapes; unset for a word received as data from another
   * thread.
   */
  readonly trainableParameters?: Count<C>;
  /** Whether trained parameters are added to the base, or how many; unset for none. */
  readonly addedParameters?: true | Count<C>;
  /** Weights are solved in closed form from one pass over the rows, which is the only update. */
  readonly isExact?: CallFunction<C, boolean>;
  /** Positions that it takes from a text. */
  readonly virtualTokens?: CallFunction<C, number>;
  /** How it is written as a suggestion when training all weights needs too much memory. */
  readonly suggested?: string;
  /** The strategy that created it and that alone can extend it for the next data. */
  readonly grownBy?: string;
}
