/**
 * When a periodic action is due: `every(steps: n)` or `every(epochs: n)`, and always at the last step. A training
 * checks after each step, and a plan counts the total. Both use the same periods, so they agree.
 */
import type { Call } from "../../language/types/value.js";

export interface TrainingSteps {
  readonly total: number;
  readonly loader: { epochsDone(step: number): number };
}

export function isDueAtStep(every: Call | null, step: number, { total, loader }: TrainingSteps): boolean {
  if (every === null || step < 1) return false;
  return step === total || periods(every, step, loader) > periods(every, step - 1, loader);
}

/**
 * Counts the steps at which it is due. If periods are shorter than a step, several end in one step, which counts once.
 */
export function countTimesDue(every: Call | null, { total, loader }: TrainingSteps): number {
  if (every === null || total < 1) return 0;
  return 1 + Math.min(total - 1, periods(every, total - 1, loader));
}

/** Returns the number of periods completed after `step`. */
function periods({ arguments: { steps, epochs } }: Call, step: number, loader: TrainingSteps["loader"]): number {
  if (typeof steps === "number") return steps > 0 ? Math.floor(step / Math.max(1, Math.round(steps))) : 0;
  if (typeof epochs !== "number" || epochs <= 0) return 0;
  // No epoch has 10^12 steps, so a shorter period means every step.
  return Math.floor(loader.epochsDone(step) / Math.max(epochs, 1e-12) + 1e-9);
}
