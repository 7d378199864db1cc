/** What a training is asked, whom it tells, and what comes of it. */
import type { Plan } from "#dsl/plan/plan.js";
import type { DataFacts } from "#dsl/types/facts.js";
import type { Asking } from "../models/changed.js";
import type { Checkpoint } from "../../artifacts/checkpoints.js";
import type { Encoded, Encoding } from "../../encoding/encoded.js";
import type { HeadLost } from "../models/own-head.js";
import type { OpenModel, OpensModel } from "../models/open-model.js";
import type { RunFolder } from "../../artifacts/run-folder.js";
import type { RunLock } from "../../artifacts/run-lock.js";
import type { RunEvent } from "../../core/session/events.js";
import type { Among, Trained } from "../../training/contract.js";
import type { Gathers, Replaced } from "./gang.js";
import type { ObjectiveOptions } from "#stdlib/programs/options.js";
import type { TrialOf } from "../../artifacts/together/trials.js";
import type { Call } from "#dsl/types/value.js";
import type { Exemplar } from "../../artifacts/carried.js";
import type { Federates } from "./federated.js";
import type { Material } from "./material.js";

export interface TrainRequest {
  readonly plan: Plan;
  readonly name: string;
  readonly resume: boolean;
  readonly onEvent: (event: RunEvent) => void;
  /** Told of what a resumed run has behind it, before its first event. */
  readonly onBehind?: (events: readonly RunEvent[]) => void;
  /** Told of a checkpoint that was passed over, and of the one that was taken. */
  readonly onDamaged?: (file: string, why: string, taken: Checkpoint) => void;
  /** Told of the first validation that `metric` could not measure. */
  readonly onUnmeasured?: (step: number, metric: string) => void;
  /** Rows of the validation under way. */
  readonly onValidating?: (done: number, of: number) => void;
  /** Told where the base's own head is of no use. */
  readonly onHeadLost?: (lost: HeadLost) => void;
  readonly title: string;
  /** Of which sweep it is a trial. */
  readonly trial?: TrialOf;
  /** The id of the run that it repeats. */
  readonly replays?: string;
  /** Scored on validation rows beside what is watched, where a task's answers or losses say them. */
  readonly measures?: readonly Call[];
  /** Told of the folder of its run. */
  readonly onRun?: (folder: string) => void;
  /** Others train on the same engine. Told of the updates that it takes in all, once it has its engine. */
  readonly among?: (steps: number) => Among;
  /** Processes beside this one may train at the same time: how long it takes says little of this machine. */
  readonly apart?: true;
  /** Others share each of its updates: what calls them together. */
  readonly gathers?: Gathers;
  /** Told where a rank was lost and the training goes on with new ones. */
  readonly onReplaced?: (replaced: Replaced) => void;
  /** What opens the model; absent: one of its own. */
  readonly opens?: OpensModel;
  /** Whether some rows are asked before the first step, to tell what changed. */
  readonly compares?: true;
  /** It goes on from other weights than its base's. */
  readonly continues?: Continues;
  /** Its rows are with clients, and its steps are rounds. */
  readonly federates?: Federates;
  /** Told of the rows that train while the engine starts; training waits for it. */
  readonly onRows?: (rows: Encoded, encoding: Encoding, seed: number) => Promise<void>;
}
/** What a training goes on from. */
export interface Continues {
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
  readonly begins: (open: OpenModel, material: Material, run: RunFolder, goesOn: boolean) => Promise<void>;
}
export interface RunResult {
  readonly trained: Trained;
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
  readonly before: { readonly asking: Asking; readonly answers: readonly string[] } | null;
}
