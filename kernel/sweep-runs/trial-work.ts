/** The request for a trial, and its outcome. */
import type { TrialInLock } from "../runs/together/trials.js";
import type { RunEvent } from "../events/events.js";
import type { TrialRecord } from "../study/trial.js";
import type { TrainingTurn } from "./trial-scheduler.js";

/** A trial to run, with callbacks for its progress. */
export interface TrialRequest {
  readonly values: Readonly<Record<string, string>>;
  readonly trialOf: TrialInLock;
  readonly turn: Pick<TrainingTurn, "begin" | "pass">;
  /** Interrupts it. */
  readonly signal: AbortSignal;
  /** Whether it continues where it was interrupted, if it had started. */
  readonly resume: boolean;
  /** Receives the hashes of its recipe and its data before the training. */
  onProgram(hashes: Pick<TrialRecord, "recipe" | "data">): void;
  /** Receives the folder of its run. */
  onRun(folder: string): void;
  onSteps(steps: number): void;
  /** Called after each validation with the score of the first goal. */
  onReport(step: number, score: number): void;
  /** @param tokens tokens of this update */
  onStep(step: number, tokens: number): void;
  /** Called for each event of its runs. */
  onEvent?(event: RunEvent): void;
  /** Whether it must end now: on the user's request, or because it was pruned. */
  ends(): "stop" | "give up" | null;
}
/** The outcome of one training of a trial. */
export interface TrialOutcome {
  /** Score of each goal; null if there are none (it was pruned, or stopped too early). */
  readonly scores: readonly number[] | null;
  /** Measured value for each threshold that the sweep requires. */
  readonly bars: readonly number[];
  readonly run: string;
  readonly tokens: number;
}

/** Runs a trial with each of its seeds. The caller releases its turn. */
export type TrialRunner = (request: TrialRequest) => Promise<readonly TrialOutcome[]>;
