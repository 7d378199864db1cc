/** A training as its loop is given it, and what it comes to. */
import type { RankingDirection } from "#dsl/types/capabilities/metric.js";
import type { Plan } from "#dsl/plan/plan.js";
import type { ScheduleImplementation, StoppingImplementation } from "#stdlib/kinds/training.js";
import type { DataLoader } from "../core/data/loader.js";
import type { Session } from "../engine/engine.js";
import type { Hub } from "../ranks/hub.js";
import type { Shares } from "../ranks/shared-session.js";
import type { Checkpoint, DamagedCheckpoint } from "../artifacts/checkpoints.js";
import type { RunEvent } from "../core/session/events.js";
import type { Dynamics } from "./dynamics.js";
import type { ExactFit } from "./exact-fit.js";
import type { StepPipeline } from "./pipeline.js";
import type { PrivateTraining } from "./private/private.js";
import type { RunFolder } from "../artifacts/run-folder.js";
import type { RunLock } from "../artifacts/run-lock.js";

export interface Training {
  readonly plan: Plan;
  readonly session: Session;
  /** State that a checkpoint holds: what trains and what the optimiser keeps. */
  readonly saved: readonly string[];
  readonly run: RunFolder;
  readonly lock: RunLock;
  readonly loader: DataLoader;
  /** Takes the one update of a head that is found at once; null: there are steps, of the loader's batches. */
  readonly exact: ExactFit | null;
  /** Its steps are the rounds of a federation; absent: they are updates. */
  readonly federated?: FederatedTraining;
  /** Its rows stay private: whose updates it takes, and what they spend. Absent, or null: they don't. */
  readonly privately?: PrivateTraining | null;
  /** Of rows that have one label of several: which, and what earlier steps saw of them; null: nothing is kept. */
  readonly watchedRows: { readonly truth: Int32Array; readonly dynamics: Dynamics } | null;
  /** Scores on the validation split, `loss` and what is watched among them; null: none is wanted. Ends early, in any way, when the signal comes. */
  readonly validate:
    | ((signal: AbortSignal, onRows: (done: number, of: number) => void) => Promise<Readonly<Record<string, number>>>)
    | null;
  /** Told while a validation is under way: its rows done, of all. */
  readonly onValidating?: (done: number, of: number) => void;
  readonly schedule: ScheduleImplementation;
  readonly stopping: StoppingImplementation | null;
  /** The metric that says what is best, by its name among the scores. */
  readonly watched: { readonly name: string; readonly better: RankingDirection };
  readonly engine: string;
  /** Whose weights the session has. */
  readonly resume: Checkpoint | null;
  /** Told of the first validation whose watched metric is no number, which says nothing of what is best. */
  readonly onUnmeasured?: (step: number) => void;
  /** Newer ones that were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
  readonly signal?: AbortSignal;
  /** Others train on the same engine. */
  readonly among?: Among;
  /** Others share each of its updates. */
  readonly gang?: { readonly hub: Hub; readonly shares: Shares };
  on(event: RunEvent): void;
}
/** A training whose rows are with clients: its steps are rounds. */
export interface FederatedTraining {
  readonly rounds: Pick<StepPipeline, "next" | "stop"> & {
    readonly total: number;
    /** Whether the engine has the weights of the last whole round, even where something went wrong in the one after it. */
    readonly whole?: boolean;
    /** What clients and server keep, before the checkpoint of that round. */
    save(run: RunFolder, round: number): void;
    prune(run: RunFolder, rounds: readonly number[]): void;
    /** Bytes that were carried since they were last told; null: nothing carries them. */
    carried?(): { readonly sent: number; readonly received: number } | null;
  };
  /** What each client came to in the last validation, by its name. */
  readonly scores: () => Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The same with what each keeps for itself; absent: nothing. */
  readonly personal?: FederatedTraining["scores"] | undefined;
}
/** A training that is one of several. */
export interface Among {
  /** Updates until the next pause. `seconds`: what one took lately; null: none is done. */
  chunk(seconds: number | null): number;
  /** Lets others train, where nothing of this one is under way; it goes on when that settles. */
  pause(): Promise<void>;
  /**
   * Asked where nothing is under way: whether it ends here. `give up`: nobody wants its weights, and none are written.
   */
  ends(): "stop" | "give up" | null;
}
export interface Trained {
  /** `given up`: without weights of its last step. */
  readonly reason: "done" | "early" | "given up" | "interrupted";
  readonly steps: number;
  readonly best: Checkpoint | null;
  readonly last: Checkpoint;
  /** Settles when the engine has written what was under way (at once unless interrupted). */
  readonly settled: Promise<void>;
}
