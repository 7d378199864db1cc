/** How many trials of a sweep are open at a time. */
import type { SweepPlan } from "#dsl/plan/plan.js";
import { bytes } from "../../core/display/text.js";

/** Where a pruner compares them: enough to see early which of them lag, and few enough that a search learns from what is done. */
const COMPARED = 4;
/** Of the machine's memory: the rest is the kernel's, and what the plan can't know. */
const SHARE = 0.7;

export interface AtOnce {
  readonly trials: number;
  /** Why there are fewer than there might be; null: there aren't. */
  readonly why: string | null;
}

/** `has`: bytes of the machine's memory; `takes`: those of the greatest trial, where somebody knows. */
export function atOnce({ pruner, plan, ...sweep }: SweepPlan, has: number, takes = plan.estimates.memoryBytes): AtOnce {
  const wanted = sweep.atOnce ?? (pruner ? COMPARED : 1);
  const room = Math.max(1, Math.floor((has * SHARE) / Math.max(1, takes)));
  if (room >= wanted) return { trials: wanted, why: null };
  const so = room === 1 ? "Trials run one after another" : `${String(room)} trials are open at a time`;
  const why = `${so}: each takes about ${bytes(takes)} of the ${bytes(has)} of memory that there are.`;
  return { trials: room, why };
}
