/** What makes a sweep the same one: its journal is found by it, and whoever runs it by itself. */
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";

/** SHA-256, hexadecimal. Bounds, pruner and what it starts from aren't in it: a sweep goes on with others. */
export function sweepHash(sweep: SweepPlan): string {
  const identity = {
    recipe: sweep.plan.recipeHash,
    vary: sweep.vary,
    search: sweep.search,
    goal: sweep.goal,
    seed: sweep.seed,
    // What came to sweeps later is in it where it is written: journals of before are of sweeps without.
    ...(sweep.goals.length > 1 && { goals: sweep.goals }),
    ...(sweep.require && { require: sweep.require }),
    ...(sweep.repeats !== undefined && { repeats: sweep.repeats }),
    ...(sweep.where && { where: sweep.where }),
  };
  return bytesToHex(sha256(utf8ToBytes(canonicalize(identity) ?? "")));
}

/** Whether one is to go on as far as the other. */
export function hasSameBounds(a: SweepPlan, b: SweepPlan): boolean {
  const bounds = ({ trials, budgetMs, budgetTokens, pruner, start }: SweepPlan): string =>
    canonicalize({ trials, budgetMs, tokens: budgetTokens ?? null, pruner, start: start ?? [] }) ?? "";
  return bounds(a) === bounds(b);
}
