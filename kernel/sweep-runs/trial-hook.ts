/** A trial's place among the others of its sweep: it trains in chunks, lets the others train in between, and can be ended. */
import type { TrainingHook } from "../training/loop/hook.js";

export interface TrialSlot {
  /** Lets other trials train; resolves when it is this one's turn again. */
  readonly pass: () => Promise<void>;
  readonly endsNow: () => "stop" | "give up" | null;
}
/** A training has at least this many chunks, so that requests to end it are heard and the others train. */
const CHUNKS = 8;
/** Longest chunk. */
const CHUNK_SECONDS = 10;
/** Steps of the first chunk, before the time of a step is known. */
const FIRST = 8;

export function trialHook(steps: number, { pass, endsNow }: TrialSlot): TrainingHook {
  return {
    stepsUntilPause: (seconds) =>
      Math.min(Math.ceil(steps / CHUNKS), seconds === null ? FIRST : Math.round(CHUNK_SECONDS / seconds)),
    pause: pass,
    endsNow,
  };
}
