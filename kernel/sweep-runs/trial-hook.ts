/**
 * Schedules a trial among the others of its sweep: it trains in chunks, lets the others train in between, and can be
 * ended.
 */
import type { TrainingHook } from "../training/loop/hook.js";

export interface TrialSlot {
  /** Lets other trials train; resolves when it is this one's turn again. */
  readonly pass: () => Promise<void>;
  readonly endsNow: () => "stop" | "give up" | null;
}
/** Minimum number of chunks of a training, so that requests to end it are noticed and the other trials train too. */
const CHUNKS = 8;
/** Maximum duration of a chunk in seconds. */
const CHUNK_SECONDS = 10;
/** Steps of the first chunk, before the time per step is known. */
const FIRST = 8;

export function trialHook(steps: number, { pass, endsNow }: TrialSlot): TrainingHook {
  return {
    stepsUntilPause: (seconds) =>
      Math.min(Math.ceil(steps / CHUNKS), seconds === null ? FIRST : Math.round(CHUNK_SECONDS / seconds)),
    pause: pass,
    endsNow,
  };
}
