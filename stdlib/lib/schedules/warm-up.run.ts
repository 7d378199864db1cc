/**
 * The warm-up that all schedules share, as in transformers 5 (`optimization.py`): a straight rise from zero at the first step;
 * what follows starts where it ends, at the full rate.
 */
import type { Call } from "#dsl/types/value.js";
import { warmUpSteps } from "./warm-up.js";

/** Factor at step `step` (from 1) of `total`. `after`: the factor when so much (0 – 1) of the steps after the warm-up is done. */
export function warmedUp(call: Call, step: number, total: number, after: (done: number) => number): number {
  const [taken, warmup] = [step - 1, warmUpSteps(call, total)];
  if (taken < warmup) return taken / warmup;
  return after((taken - warmup) / Math.max(1, total - warmup));
}
