/** What words say of themselves by which a model goes on learning, is made smaller, or learns of rows that are private. */
import type { BaseFacts, DerivedBase } from "../facts.js";
import type { TeacherMemory, DistillationModels, DistillationContextOf } from "./teacher-memory.js";
import type { PrivacySampling, PrivacyGuarantee } from "./promised.js";
import type { Call } from "../value.js";
import type { WeightShapes, Refusal, CallFunction } from "./refusal.js";
import type { FamilyCapabilities, TaskCapabilities } from "./model.js";

/** How the learning rate goes over a training. */
export interface ScheduleCapabilities {
  /** Steps of the warm-up in a training of `steps`; they may be more than these. The first step has rate zero. */
  readonly warmUp?: (call: Call, steps: number) => number;
}
/** How a model goes on learning from new data. */
export interface StrategyCapabilities<C extends Call = Call> {
  /** It says all of how data are learnt, and no other stands beside it. */
  readonly alone?: true;
  /** Which rows of earlier data are replayed; default: none. At most one strategy of an update has it. */
  readonly replays?: CallFunction<C, ReplayBuffer>;
  /** It caches logits of rows or routes rows: the task must decide something of each (`TaskCapabilities.decides`). */
  readonly needsDecision?: true;
  /** Whether it goes by what each row says by itself. */
  readonly byRow?: CallFunction<C, boolean>;
  /** What of its call asks for rows with one label of several, and what it comes to without; absent, and null: nothing. */
  readonly oneLabel?: CallFunction<C, { readonly asked: string; readonly instead: string } | null>;
  /**
   * What it makes of a model's technique for the data that come next; absent: it stays as it is. `before`: its own call, as it
   * was made whole, for the latest data that it stood with; null: there were none. `shapes`: of the base, where it is known.
   */
  readonly grows?: (
    call: Call,
    technique: Call,
    before: Call | null,
    shapes?: WeightShapes,
  ) => GrownTechnique | Refusal;
}
/** Exemplars of each data set that are replayed with later ones. */
export interface ReplayBuffer {
  /** A share of its training rows, or their number. */
  readonly size: { readonly share: number } | number;
  /** As many rows of each label, as far as there are; absent: all rows alike. */
  readonly balanced?: boolean;
  /** Most rows of all data sets together; absent: no bound. */
  readonly most?: number;
  /**
   * Beside each batch of new rows stand as many that are drawn of these, whose labels count so much beside those of the new
   * ones; absent: they stand among the new rows, and count as these do.
   */
  readonly beside?: { readonly labels: number };
  /** All earlier data are learnt anew, and no memory of an earlier update is read. */
  readonly anew?: true;
}
/** A stage of what makes a model smaller: what becomes of its weights before anything is trained, and whether something is. */
export interface StageCapabilities<C extends Call = Call> {
  /** The base that stands in place of the model's weights; absent, and null: these. */
  readonly base?: CallFunction<C, string | null>;
  /** What the base is once it is made smaller; absent: as it was. */
  readonly makes?: CallFunction<C, DerivedBase | Refusal, [of: BaseFacts, family: FamilyCapabilities | undefined]>;
  /** Why it can't learn a task from another model, and what to do instead; absent, and null: it can. */
  readonly refuses?: CallFunction<C, Refusal | null, [wanted: DistillationContext]>;
  /** What is held of the model that is learnt from where it runs beside in the same program; absent, and null: it doesn't. */
  readonly beside?: CallFunction<C, TeacherMemory | null, DistillationModels<TaskCapabilities, FamilyCapabilities>>;
  /** So many texts are made of each row, and learnt as rows without labels are; absent: none. */
  readonly adds?: CallFunction<C, number>;
  /** It is trained by a recipe; absent: it takes no step. */
  readonly trains?: true;
  /** So many rows of the training data are looked at for it; absent, and null: none is. */
  readonly calibrates?: CallFunction<C, number | null>;
}
export type DistillationContext = DistillationContextOf<TaskCapabilities>;
/** Distillation losses. */
export interface DistillationLossCapabilities {
  /** What the loss reads: outputs or hidden states of student and teacher, or the task's own loss. */
  readonly needs: "outputs" | "states" | "task_loss";
}
/** What may be learnt of single rows from what was trained. */
export interface PrivacyCapabilities<C extends Call = Call> {
  /** Whose privacy it is, as the call says; null: it doesn't. */
  readonly unit: CallFunction<C, "row" | "client" | null>;
  /** The greatest norm of what one unit says. */
  readonly clip: CallFunction<C, number>;
  /** The promise, and the least noise that keeps it over so many steps; the call made whole. */
  readonly promises: CallFunction<C, PrivacyGuarantee | Refusal, [of: PrivacySampling]>;
}

/** A technique that has room for the next data. */
export interface GrownTechnique {
  readonly technique: Call;
  /** The strategy's call, made whole. */
  readonly strategy: Call;
  /** Why the technique's arguments that differ are what they are. */
  readonly why: string;
  /** A layer that has no direction left, now that these data have theirs; absent: all have some, or had none before. */
  readonly crowded?: { readonly layer: string; readonly inputs: number; readonly ranks: number };
}
