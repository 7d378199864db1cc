/**
 * When something is due: `every(steps: n)` or `every(epochs: n)`; the last step always is. A training asks after each of
 * its steps, a plan how often it will be: both by the same periods, so that one says what the other does.
 */
import type { Call } from "../../language/types/value.js";

export interface TrainingSteps {
  readonly total: number;
  readonly loader: { epochsDone(step: number): number };
}

export function isDue(every: Call | null, step: number, { total, loader }: TrainingSteps): boolean {
  if (every === null || step < 1) return false;
  return step === total || periods(every, step, loader) > periods(every, step - 1, loader);
}

/** At how many of all steps it is due. Of periods shorter than a step several end in one, which counts once. */
export function countTimesDue(every: Call | null, { total, loader }: TrainingSteps): number {
  if (every === null || total < 1) return 0;
  return 1 + Math.min(total - 1, periods(every, total - 1, loader));
}

/** Periods that are over after `step`. */
function periods({ arguments: { steps, epochs } }: Call, step: number, loader: TrainingSteps["loader"]): number {
  if (typeof steps === "number") return steps > 0 ? Math.floor(step / Math.max(1, Math.round(steps))) : 0;
  if (typeof epochs !== "number" || epochs <= 0) return 0;
  // No epoch has a million million steps: what is shorter is each step.
  return Math.floor(loader.epochsDone(step) / Math.max(epochs, 1e-12) + 1e-9);
}
