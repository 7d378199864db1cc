/** What a trial is given, and what comes of it. */
import type { TrialInLock } from "../runs/together/trials.js";
import type { RunEvent } from "../events/events.js";
import type { TrialRecord } from "../study/trial.js";
import type { TrainingTurn } from "./trial-scheduler.js";

/** A trial that is to be run, and who looks on. */
export interface TrialRequest {
  readonly values: Readonly<Record<string, string>>;
  readonly trialOf: TrialInLock;
  readonly turn: Pick<TrainingTurn, "begin" | "pass">;
  /** Interrupts it. */
  readonly signal: AbortSignal;
  /** It goes on where it was interrupted, if it had got so far. */
  readonly resume: boolean;
  /** Told of the hashes of its recipe and its data, before it trains. */
  onProgram(hashes: Pick<TrialRecord, "recipe" | "data">): void;
  /** Told of the folder of its run, and of the updates that it takes in all. */
  onRun(folder: string): void;
  onSteps(steps: number): void;
  /** Told of each validation: the score of the first goal. */
  onReport(step: number, score: number): void;
  /** `tokens`: of this update. */
  onStep(step: number, tokens: number): void;
  /** Told of each thing that happens in a run of it. */
  onEvent?(event: RunEvent): void;
  /** Whether it ends here: by a person's wish, or because it was given up. */
  ends(): "stop" | "give up" | null;
}
/** What a trial came to. */
export interface TrialOutcome {
  /** Of each goal; null: none came (it was given up, or stopped before it had any). */
  readonly scores: readonly number[] | null;
  /** Of each bar that the sweep requires. */
  readonly bars: readonly number[];
  readonly run: string;
  readonly tokens: number;
}

/** With each of its seeds. Whoever asks gives its turn back. */
export type TrialRunner = (request: TrialRequest) => Promise<readonly TrialOutcome[]>;
