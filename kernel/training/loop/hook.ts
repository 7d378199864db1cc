/** What a feature adds to the training loop. Hooks are called in the order of `Training.hooks`. */
import type { TrainingPosition } from "../../runs/checkpoints.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { UnstampedRunEvent } from "../../events/events.js";
import type { Step, StepReport } from "./step-source.js";

type EventOf<K extends UnstampedRunEvent["kind"]> = Extract<UnstampedRunEvent, { readonly kind: K }>;
/** Further fields of an `evaluated` event. */
export type EvaluationReport = Partial<Omit<EventOf<"evaluated">, "kind" | "step" | "split" | "metrics">>;
/** Further fields of a `stopped` event. */
export type EndReport = Partial<Omit<EventOf<"stopped">, "kind" | "step" | "reason" | "seconds">>;
/** What the loop keeps of itself in a checkpoint; hooks may add the other fields of a position. */
type LoopPosition = "step" | "best" | "validated" | "watched" | "seconds";
export type HookPosition = Partial<Omit<TrainingPosition, LoopPosition>>;

export interface StepContext {
  /** Whether the step's event is due in the log by the recipe's cadence; the last step's always is. */
  readonly due: boolean;
}

export interface TrainingHook {
  /** The event of every step is logged, whatever the recipe's cadence. Default: false. */
  readonly logsEveryStep?: boolean;

  // Between steps, with no request under way.
  /** Steps until the next pause. `secondsPerStep`: since the last pause; null if no step was taken. Default: no pause. */
  stepsUntilPause?(secondsPerStep: number | null): number;
  /** Training goes on once it resolves. Its time is not counted as time of the training. */
  pause?(): Promise<void>;
  /** How the training ends now, if it does. `give up`: nobody needs its weights, and none are written. */
  endsNow?(): "stop" | "give up" | null;

  /** After each step. @returns further fields of the step's event */
  afterStep?(step: Step, context: StepContext): StepReport;
  /** After each validation. @returns further fields of its event */
  afterValidation?(): EvaluationReport;
  /** What a checkpoint holds of this hook; read after each step's `afterStep`. */
  position?(): HookPosition;
  /** Writes what the hook keeps beside the checkpoint of `step`, before the checkpoint itself. */
  saveCheckpoint?(run: RunFolder, step: number): Promise<void> | void;
  /** Deletes what it keeps beside other checkpoints than those of `steps`. */
  pruneCheckpoints?(run: RunFolder, steps: readonly number[]): void;
  /** At the end, whatever its reason. @returns further fields of the `stopped` event */
  finish?(): EndReport;
}
