/** What a feature adds to the training loop. Hooks are called in the order of `Training.hooks`. */
import type { TrainingPosition } from "../../runs/checkpoints.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { UnstampedRunEvent } from "../../events/events.js";
import type { CompletedStep, ExtraStepFields } from "./step-source.js";

type EventOf<K extends UnstampedRunEvent["kind"]> = Extract<UnstampedRunEvent, { readonly kind: K }>;
/** Further fields of an `evaluated` event. */
export type ExtraEvaluationFields = Partial<Omit<EventOf<"evaluated">, "kind" | "step" | "split" | "metrics">>;
/** Further fields of a `stopped` event. */
export type ExtraStoppedFields = Partial<Omit<EventOf<"stopped">, "kind" | "step" | "reason" | "seconds">>;
/** Fields of the loop itself in a checkpoint's position; hooks may add the other fields. */
type LoopPosition = "step" | "best" | "validated" | "watched" | "seconds";
export type HookTrainingPosition = Partial<Omit<TrainingPosition, LoopPosition>>;

export interface StepLogContext {
  /** Whether the step's event is due in the log by the recipe's cadence; the last step's always is. */
  readonly due: boolean;
}

export interface TrainingHook {
  /** Whether the event of every step is logged, whatever the recipe's cadence. Defaults to false. */
  readonly logsEveryStep?: boolean;

  // Called between steps, with no request pending.
  /**
   * Returns the number of steps until the next pause. Defaults to no pause.
   * @param secondsPerStep since the last pause; null if no step was taken
   */
  stepsUntilPause?(secondsPerStep: number | null): number;
  /** Training continues once it resolves. Its time is not counted as training time. */
  pause?(): Promise<void>;
  /**
   * Returns how the training ends now; null if it continues. `give up`: its weights are not needed and not written.
   */
  endsNow?(): "stop" | "give up" | null;

  /** Called after each step. @returns further fields of the step's event */
  afterStep?(step: CompletedStep, context: StepLogContext): ExtraStepFields;
  /** Called after each validation. @returns further fields of its event */
  afterValidation?(): ExtraEvaluationFields;
  /** Returns this hook's fields of a checkpoint; called after each step's `afterStep`. */
  position?(): HookTrainingPosition;
  /** Writes the hook's data for the checkpoint of `step`, before the checkpoint itself. */
  saveCheckpoint?(run: RunFolder, step: number): Promise<void> | void;
  /** Deletes the hook's data for checkpoints of other steps than `steps`. */
  pruneCheckpoints?(run: RunFolder, steps: readonly number[]): void;
  /** Called at the end, whatever its reason. @returns further fields of the `stopped` event */
  finish?(): ExtraStoppedFields;
}
