/**
 * The warm-up that all schedules share, as in transformers 5 (`optimization.py`): a straight rise from zero at the first step;
 * what follows starts where it ends, at the full rate.
 */
import type { Call } from "#dsl/types/value.js";

/** Whole steps of the warm-up. A share is rounded up, as by transformers' `TrainingArguments.get_warmup_steps`. */
export function warmUpSteps(call: Call, total: number): number {
  const warmup = call.arguments["warmup"];
  if (typeof warmup === "number") return Math.trunc(warmup);
  if (typeof warmup === "object" && warmup !== null && "share" in warmup) return Math.ceil(total * warmup.share);
  return 0;
}

/** Factor at step `step` (from 1) of `total`. `after`: the factor when so much (0 – 1) of the steps after the warm-up is done. */
export function warmedUp(call: Call, step: number, total: number, after: (done: number) => number): number {
  const [taken, warmup] = [step - 1, warmUpSteps(call, total)];
  if (taken < warmup) return taken / warmup;
  return after((taken - warmup) / Math.max(1, total - warmup));
}
