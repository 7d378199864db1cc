/** What a training is asked, whom it tells, and what comes of it. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { PredictionProbe } from "../models/prediction-changes.js";
import type { Checkpoint } from "../runs/checkpoints.js";
import type { EncodedRows, RowEncoding } from "../data/encoding/encoded.js";
import type { ReplacedHead } from "../models/own-head.js";
import type { OpenModel, ModelOpener } from "../models/open-model.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { RunLock } from "../runs/run-lock.js";
import type { RunEvent } from "../events/events.js";
import type { TrainingOutcome } from "../training/loop/contract.js";
import type { TrainingHook } from "../training/loop/hook.js";
import type { ObjectiveOptions } from "#stdlib/programs/options.js";
import type { TrialInLock } from "../runs/together/trials.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Exemplar } from "../runs/continual-state.js";
import type { TrainingMaterial } from "./material.js";
import type { StepProvider } from "./step-provider.js";

export interface TrainRequest {
  readonly plan: Plan;
  readonly run: RunRequest;
  readonly listener: TrainListener;
  /** Metrics that validation measures besides the watched one, where the task's outputs allow it. */
  readonly measures?: readonly Call[];
  /** Further hooks of the loop, given the number of steps. */
  readonly hooks?: (steps: number) => readonly TrainingHook[];
  readonly machine?: MachineShare;
  /**
   * Shows training rows while the engine starts; training waits for it. If it is set, some rows are also answered before the
   * first step, so that the result can tell what changed.
   */
  readonly preview?: (rows: EncodedRows, encoding: RowEncoding, seed: number) => Promise<void>;
  /** Weights that it goes on from; absent: its base's. */
  readonly continues?: TrainingContinuation;
  /** How it takes its steps; absent: alone, in this process. */
  readonly steps?: StepProvider;
}
/** The run that a training writes. */
export interface RunRequest {
  readonly name: string;
  /** Whether it goes on with the newest unfinished run of its recipe. */
  readonly resume: boolean;
  /** The sweep, seeds or folds that it is a trial of. */
  readonly trial?: TrialInLock | undefined;
  /** Id of the run that it repeats. */
  readonly replays?: string;
}
export interface TrainListener {
  readonly onEvent: (event: RunEvent) => void;
  /** Events of a resumed run so far, before its first new one. */
  readonly onBehind?: (events: readonly RunEvent[]) => void;
  /** A checkpoint that could not be read, and the older one that was loaded. */
  readonly onDamaged?: (file: string, why: string, taken: Checkpoint) => void;
  /** The first validation whose watched metric is NaN. */
  readonly onUnmeasured?: (step: number, metric: string) => void;
  /** Rows done of the validation under way. */
  readonly onValidating?: (done: number, total: number) => void;
  /** The base's own head could not be used. */
  readonly onHeadLost?: (lost: ReplacedHead) => void;
  /** The folder of the run, once there is one. */
  readonly onRun?: (folder: string) => void;
}
/** How a training shares this machine with others. */
export interface MachineShare {
  /** Opens its model, for instance over weights that several trainings share. Default: a model of its own. */
  readonly opens?: ModelOpener;
  /** Other processes may train at the same time, so its step time says little about this machine. */
  readonly concurrent?: boolean;
}
/** What a training goes on from. */
export interface TrainingContinuation {
  /** Of the model, in the order of its head. */
  readonly labels: readonly string[];
  /** Rows of earlier data, or without labels, that are learned with the new ones. */
  readonly exemplars: readonly Exemplar[];
  /** These stand beside each batch of new rows, and their labels count so much; absent: they stand among them. */
  readonly beside?: { readonly labels: number };
  /** Default: the task's own loss. */
  readonly objective?: ObjectiveOptions;
  /** It begins with the head of its base, where that tells the same labels apart; absent: `begins` sees to it. */
  readonly head?: true;
  /** Done once the model is open as its base has it. `goesOn`: the run has a checkpoint, which is loaded next. */
  readonly begins: (open: OpenModel, material: TrainingMaterial, run: RunFolder, goesOn: boolean) => Promise<void>;
}
export interface RunResult {
  readonly trained: TrainingOutcome;
  readonly run: RunFolder;
  /** Whoever asked for the training gives it back; an interrupted one does so itself when it has settled. */
  readonly lock: RunLock;
  readonly open: OpenModel;
  readonly labels: readonly string[];
  readonly data: DataFacts;
  /** Folder of the base that it began from; null: it is from scratch. */
  readonly base: string | null;
  readonly events: readonly RunEvent[];
  /** What some rows were answered before the first step, and how they are asked again; null: nobody asked. */
  readonly before: { readonly asking: PredictionProbe; readonly answers: readonly string[] } | null;
}
