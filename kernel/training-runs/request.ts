/** The request for a training, its listeners, and its result. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { PredictionProbe } from "../models/prediction-changes.js";
import type { Checkpoint } from "../runs/checkpoints.js";
import type { EncodedRows, RowEncodingOptions } from "../data/encoding/encoded.js";
import type { ReplacedHead } from "../models/own-head.js";
import type { OpenModel } from "../models/open-model.js";
import type { ModelOpener } from "../models/program-parts.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { RunLock } from "../runs/run-lock.js";
import type { RunEvent } from "../events/events.js";
import type { TrainingOutcome } from "../training/loop/contract.js";
import type { TrainingHook } from "../training/loop/hook.js";
import type { ObjectiveOptions } from "#stdlib/programs/options.js";
import type { TrialOfRun } from "../runs/together/trials.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ReplayExemplar } from "../runs/continual-state.js";
import type { TrainingInputs } from "./training-inputs.js";
import type { StepProvider } from "./step-provider.js";

export interface TrainRequest {
  readonly plan: Plan;
  readonly run: RunToWrite;
  readonly listener: TrainListener;
  /** Metrics that validation measures in addition to the watched one, if the task's outputs allow it. */
  readonly measures?: readonly Call[];
  /** Further hooks of the training loop, given the number of steps. */
  readonly hooks?: (steps: number) => readonly TrainingHook[];
  readonly machine?: MachineSharingOptions;
  /**
   * Shows training rows while the engine starts; training waits for it. If it is set, some rows are also predicted
   * before the first step, so that the result can show what has changed.
   */
  readonly preview?: (rows: EncodedRows, encoding: RowEncodingOptions, seed: number) => Promise<void>;
  /** Weights to continue from. Defaults to its base's. */
  readonly continues?: ContinuedModel;
  /** How steps are taken. Defaults to this process alone. */
  readonly steps?: StepProvider;
}
/** The run that a training writes. */
export interface RunToWrite {
  readonly name: string;
  /** Whether it continues the newest unfinished run of its recipe. */
  readonly resume: boolean;
  /** The sweep, seeds or folds that it is a trial of. */
  readonly trial?: TrialOfRun | undefined;
  /** Id of the run that it replays. */
  readonly replays?: string;
}
export interface TrainListener {
  readonly onEvent: (event: RunEvent) => void;
  /** Receives the events of a resumed run so far, before its first new one. */
  readonly onBehind?: (events: readonly RunEvent[]) => void;
  /** Called if a checkpoint could not be read, with the older one that was loaded. */
  readonly onDamaged?: (file: string, why: string, taken: Checkpoint) => void;
  /** Called at the first validation whose watched metric is NaN. */
  readonly onUnmeasured?: (step: number, metric: string) => void;
  /** Receives the number of rows done in the present validation. */
  readonly onValidating?: (done: number, total: number) => void;
  /** Called if the base's own head could not be used. */
  readonly onHeadLost?: (lost: ReplacedHead) => void;
  /** Receives the folder of the run, once it exists. */
  readonly onRun?: (folder: string) => void;
}
/** How a training shares this machine with others. */
export interface MachineSharingOptions {
  /** Opens its model, for instance over weights that several trainings share. Defaults to a separate model. */
  readonly opens?: ModelOpener;
  /** Other processes may train at the same time, so its step time says little about this machine. */
  readonly concurrent?: boolean;
}
/** The model that a training continues. */
export interface ContinuedModel {
  /** Labels of the model, in the order of its head. */
  readonly labels: readonly string[];
  /** Rows of earlier data, or without labels, that are learned with the new ones. */
  readonly exemplars: readonly ReplayExemplar[];
  /**
   * If set, exemplars are appended to each batch of new rows, and their labels have this loss weight. If unset, they
   * are mixed in.
   */
  readonly beside?: { readonly labels: number };
  /** Defaults to the task's own loss. */
  readonly objective?: ObjectiveOptions;
  /** Starts with the head of its base, if that has the same labels. If unset, `begins` sets the head. */
  readonly head?: true;
  /**
   * Called once the model is open with its base's weights. `goesOn`: the run has a checkpoint, which is loaded next.
   */
  readonly begins: (open: OpenModel, material: TrainingInputs, run: RunFolder, goesOn: boolean) => Promise<void>;
}
export interface RunResult {
  readonly trained: TrainingOutcome;
  readonly run: RunFolder;
  /** The caller releases it; after an interrupt it is released when the training has settled. */
  readonly lock: RunLock;
  readonly open: OpenModel;
  readonly labels: readonly string[];
  readonly data: DataFacts;
  /** Folder of the base that it started from; null for a model from scratch. */
  readonly base: string | null;
  readonly events: readonly RunEvent[];
  /** Predictions for some rows before the first step, and how to predict them again; null if none were requested. */
  readonly before: { readonly asking: PredictionProbe; readonly answers: readonly string[] } | null;
}
