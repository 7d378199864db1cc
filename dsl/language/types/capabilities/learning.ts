/** Capabilities of words for continued training, compression and privacy. */
import type { BaseFacts, DerivedBase } from "../facts.js";
import type { TeacherMemory, DistillationModels, DistillationContextOf } from "./teacher-memory.js";
import type { PrivacySampling, PrivacyGuarantee } from "./promise-text.js";
import type { Call } from "../value.js";
import type { WeightShapes, Refusal, CallFunction } from "./refusal.js";
import type { FamilyCapabilities, TaskCapabilities } from "./model.js";

/** How the learning rate changes over a training. */
export interface ScheduleCapabilities {
  /** Returns the warm-up steps of a training of `steps`; may exceed `steps`. The first step has rate zero. */
  readonly warmUpSteps?: (call: Call, steps: number) => number;
}
/** How a model continues training on new data. */
export interface StrategyCapabilities<C extends Call = Call> {
  /** Determines the training completely; no other strategy can be combined with it. */
  readonly isExclusive?: true;
  /** Rows of earlier data to replay; default: none. At most one strategy of an update has it. */
  readonly replays?: CallFunction<C, ReplayBuffer>;
  /** Caches logits of rows or routes rows: the task must predict a label per row (`TaskCapabilities.decides`). */
  readonly needsDecision?: true;
  /** Whether it computes on each row separately, which a loss that compares texts within a batch does not allow. */
  readonly isPerRow?: CallFunction<C, boolean>;
  /** The argument that needs single-label rows, and what applies without them; null or unset for none. */
  readonly needsOneLabel?: CallFunction<C, { readonly asked: string; readonly instead: string } | null>;
  /**
   * Extends a model's technique for the next data; by default it is unchanged. `before`: its own call with defaults,
   * for the latest data it was used on; null if there were none. `shapes`: of the base, if known.
   */
  readonly growTechnique?: (
    call: Call,
    technique: Call,
    before: Call | null,
    shapes?: WeightShapes,
  ) => TechniqueForNextData | Refusal;
}
/** Exemplars of each data set, replayed with later ones. */
export interface ReplayBuffer {
  /** Share of the training rows, or their number. */
  readonly size: { readonly share: number } | number;
  /** Draws equally many rows per label, as far as possible; by default all rows alike. */
  readonly balanced?: boolean;
  /** Maximum rows of all data sets together; defaults to no limit. */
  readonly maxRows?: number;
  /**
   * Replayed rows are appended to each batch, as many as it has new rows, and their labels get this loss weight. If
   * unset, they are mixed in with weight 1.
   */
  readonly appended?: { readonly labels: number };
  /** Trains again on all earlier data, without reading the buffer of an earlier update. */
  readonly retrainsOnAll?: true;
}
/** A compression step: how it changes the weights before training, and whether it trains. */
export interface CompressionCapabilities<C extends Call = Call> {
  /** The base that replaces the model's weights; null or unset to use the weights. */
  readonly startBase?: CallFunction<C, string | null>;
  /** Returns the smaller base; by default it is unchanged. */
  readonly resultingBase?: CallFunction<
    C,
    DerivedBase | Refusal,
    [of: BaseFacts, family: FamilyCapabilities | undefined]
  >;
  /** Returns why it cannot distill a task from another model, and what to do instead; null or unset if it can. */
  readonly refusal?: CallFunction<C, Refusal | null, [wanted: DistillationContext]>;
  /** Returns what is held of a teacher that runs in the same program; null or unset if there is none. */
  readonly teacherValues?: CallFunction<
    C,
    TeacherMemory | null,
    DistillationModels<TaskCapabilities, FamilyCapabilities>
  >;
  /** Number of texts generated from each row, used as unlabelled rows; defaults to none. */
  readonly augmentedTexts?: CallFunction<C, number>;
  /** Trained by a recipe; by default it takes no step. */
  readonly isTrained?: true;
  /** Number of training rows used for calibration; null or unset for none. */
  readonly calibrationRows?: CallFunction<C, number | null>;
}
export type DistillationContext = DistillationContextOf<TaskCapabilities>;
/** Distillation losses. */
export interface DistillationLossCapabilities {
  /** What the loss reads: outputs or hidden states of student and teacher, or the task's own loss. */
  readonly needs: "outputs" | "states" | "task_loss";
}
/** Limits what a trained model reveals about single rows. */
export interface PrivacyCapabilities<C extends Call = Call> {
  /** The protected unit that the call names; null if it names none. */
  readonly privacyUnit: CallFunction<C, "row" | "client" | null>;
  /** Maximum norm of one unit's contribution. */
  readonly maxNorm: CallFunction<C, number>;
  /** Returns the guarantee with the least noise that meets it over the steps, and the call with defaults. */
  readonly guarantee: CallFunction<C, PrivacyGuarantee | Refusal, [of: PrivacySampling]>;
}

/** A technique extended for the next data. */
export interface TechniqueForNextData {
  readonly technique: Call;
  /** The strategy's call with defaults. */
  readonly strategy: Call;
  /** Reason for the technique's changed arguments. */
  readonly why: string;
  /** A layer without free directions now that these data have theirs; unset if all have some, or had none before. */
  readonly exhaustedLayer?: { readonly layer: string; readonly inputs: number; readonly ranks: number };
}
