/** Input and result of the training loop. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Checkpoint, DamagedCheckpoint } from "../../runs/checkpoints.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { RunLock } from "../../runs/run-lock.js";
import type { RunEvent } from "../../events/events.js";
import type { EngineSession } from "../../engines/engine.js";
import type { TrainingHook } from "./hook.js";
import type { StepSource } from "./step-source.js";
import type { ValidationSetup } from "./validation.js";

export interface TrainingLoopInput {
  readonly plan: Plan;
  readonly source: StepSource;
  readonly hooks: readonly TrainingHook[];
  readonly validation: ValidationSetup;
  /**
   * The model in the engine. `saved`: names of the states in a checkpoint, which are the trained ones and the
   * optimizer's.
   */
  readonly model: { readonly session: Pick<EngineSession, "save">; readonly saved: readonly string[] };
  readonly run: RunFolder;
  readonly lock: Pick<RunLock, "demand">;
  /** Title of the engine. */
  readonly engine: string;
  /** The checkpoint whose weights the session has; null for a new run. */
  readonly resume: Checkpoint | null;
  /** Newer checkpoints that could not be read. */
  readonly damaged: readonly DamagedCheckpoint[];
  readonly signal?: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

export interface TrainingOutcome {
  /** `given up`: ended without writing the weights of its last step. */
  readonly reason: "done" | "early" | "given up" | "interrupted";
  readonly steps: number;
  readonly best: Checkpoint | null;
  readonly last: Checkpoint;
  /** Settles when the engine has finished its pending writes (at once unless interrupted). */
  readonly settled: Promise<void>;
}
