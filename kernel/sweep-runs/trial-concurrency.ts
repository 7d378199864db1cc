/** How many trials of a sweep are open at the same time. */
import { workerCapabilitiesOf } from "#dsl/compiler/plan/ranks.js";
import type { WorkersOfTraining } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { registry } from "#stdlib/registry.js";
import { availableParallelism } from "node:os";
import { byteSizeText, plural } from "../host/value-text.js";

/**
 * Default with a pruner: enough trials to see early which of them lag, and few enough that a search learns from
 * finished ones.
 */
const COMPARED = 4;
/** Share of the machine's memory for trials; the rest is for the kernel and for what the plan cannot know. */
const SHARE = 0.7;

export interface TrialConcurrency {
  readonly trials: number;
  /** Why there are fewer trials than requested; null if there are not. */
  readonly why: string | null;
  /** With a runner: description of its workers, threads of each, and total threads. */
  readonly how?: string;
  readonly threads?: number;
  readonly cores?: number;
  /** How the workers are billed, and the number of this machine's threads that the local estimates refer to. */
  readonly paid?: WorkersOfTraining & { readonly measured: number };
}

/**
 * @param has bytes of the machine's memory
 * @param takes bytes of the largest trial; defaults to the plan's estimate
 * @param places workers that the cluster has capacity for, if it was queried
 */
export function trialConcurrencyOf(
  whole: SweepPlan,
  has: number,
  takes = whole.plan.estimates.memoryBytes,
  places: number | null = null,
): TrialConcurrency {
  const { pruner, runner, ...sweep } = whole;
  if (runner) return withWorkers(whole, has, takes, places);
  const wanted = sweep.atOnce ?? (pruner ? COMPARED : 1);
  const room = Math.max(1, Math.floor((has * SHARE) / Math.max(1, takes)));
  if (room >= wanted) return { trials: wanted, why: null };
  const so = room === 1 ? "Trials run one after another" : `${String(room)} trials are open at a time`;
  const why = `${so}: each takes about ${byteSizeText(takes)} of ${byteSizeText(has)} of memory.`;
  return { trials: room, why };
}

/** Returns as many trials as there are workers, since a worker runs one trial at a time. */
function withWorkers(
  { runner, ...sweep }: SweepPlan,
  has: number,
  takes: number,
  places: number | null,
): TrialConcurrency {
  const found = mustExist(runner && workerCapabilitiesOf(registry, runner), "the runner's workers");
  const call = mustExist(runner, "the runner");
  const most = Math.min(sweep.atOnce ?? Infinity, sweep.trials ?? Infinity);
  const requestedWorkers = found.workerCount(call);
  const threads = found.threadsPerWorker(call, availableParallelism());
  const each = `${plural(threads, "thread")} each, with its own engine and weights`;
  if (requestedWorkers === null && places === null)
    return { trials: 1, why: null, how: `as many ${found.workersNoun} as fit, ${each}`, threads };
  const wanted = Math.min(
    requestedWorkers ?? Infinity,
    most,
    requestedWorkers === null ? (places ?? Infinity) : Infinity,
  );
  const room = found.isThisMachine ? Math.max(1, Math.floor((has * SHARE) / Math.max(1, takes))) : (places ?? wanted);
  const trials = Math.min(wanted, room);
  const how = `${plural(trials, found.workersNoun.replace(/s$/, ""))}, ${each}`;
  const little = `each takes about ${byteSizeText(takes)} of ${byteSizeText(has)} of memory`;
  const why =
    trials < wanted ? `more don't fit: ${found.isThisMachine ? little : "the others' nodes are too small"}` : null;
  const cores = trials * threads;
  const [gpus, price] = [found.gpusPerWorker?.(call) ?? 0, found.hourlyPrice?.(call) ?? null];
  const paid = {
    count: trials,
    threads,
    measured: found.isThisMachine ? cores : availableParallelism(),
    ...(gpus > 0 && { gpus }),
    ...(price !== null && { price }),
  };
  return { trials, why, how, threads, cores, paid };
}
