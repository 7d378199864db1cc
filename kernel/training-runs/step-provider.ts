/** How a training takes its steps: alone, with a process group, or with the clients of federated training. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Checkpoint, DamagedCheckpoint } from "../runs/checkpoints.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { PreparedData } from "../data/prepared.js";
import type { HostContext } from "../host/host-context.js";
import type { Engine } from "../engines/engine.js";
import type { TrainingHook } from "../training/loop/hook.js";
import type { StepSource } from "../training/loop/step-source.js";
import type { Validate } from "../training/loop/validation.js";
import type { EngineManager } from "../engines/manager/engine-manager.js";
import type { OpenModel } from "../models/open-model.js";
import type { TrainingInputs } from "./training-inputs.js";
import type { ValidationSettings } from "./validating.js";

/** A training whose model is open in the engine, with its starting weights. */
export interface OpenTraining {
  readonly plan: Plan;
  readonly material: TrainingInputs;
  readonly open: OpenModel;
  readonly run: RunFolder;
  /** The checkpoint to load; null for a new run. */
  readonly resume: Checkpoint | null;
  /** What validation measures. */
  readonly wanted: ValidationSettings;
  readonly hostContext: Pick<HostContext, "onProgress">;
  readonly signal?: AbortSignal | undefined;
}

/** What the training loop needs from the way in which steps are taken. */
export interface TrainingSteps {
  readonly source: StepSource;
  readonly hooks: readonly TrainingHook[];
  readonly validate: Validate | null;
}
export type StepsOpener = (training: OpenTraining) => Promise<TrainingSteps>;

/** An engine, and the checkpoints that an attempt may continue from, oldest first. */
export interface TrainingAttempt {
  readonly engine: Engine;
  readonly checkpoints: readonly (Checkpoint | DamagedCheckpoint)[];
}
export interface FirstAttempt extends TrainingAttempt {
  readonly plan: Plan;
  readonly run: RunFolder;
  readonly engines: EngineManager;
  readonly signal?: AbortSignal | undefined;
}
/** The part of a training's result by which a provider knows when it is over. */
export interface SettlingResult {
  readonly trained: { readonly settled: Promise<void> };
}

export interface StepProvider {
  /** Whether several processes share each update. Defaults to false. */
  readonly sharesUpdates?: boolean;
  /** Returns all rows of the training, given those of the plan's data. Defaults to these. */
  joins?(rows: PreparedData): Promise<PreparedData>;
  /** Returns the rows among those of `joins` that this process trains on. Defaults to all. */
  learns?(rows: PreparedData): PreparedData;
  /** Trains, and again from the last checkpoint after a failure that new processes can fix. */
  attempt<R extends SettlingResult>(
    first: FirstAttempt,
    train: (attempt: TrainingAttempt, open: StepsOpener) => Promise<R>,
  ): Promise<R>;
}
