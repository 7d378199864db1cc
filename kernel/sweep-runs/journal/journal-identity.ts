/** What a sweep's journal needs of the sweep: its goals, its identity, and where the journal is. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { brokenRelationAt } from "../../study/relations.js";
import { Journal, type JournalSpec } from "./journal.js";
import canonicalize from "canonicalize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export function journalSpecOf(sweep: SweepPlan, registry: Registry): JournalSpec {
  const goals = sweep.goals.map(({ metric, direction }) => ({ metric: metricName(metric, registry), direction }));
  return { vary: sweep.vary, goals, broken: (point) => brokenRelationAt(sweep, point) };
}

// The identity of a sweep, by which its journal and its process are found.

/**
 * Returns a SHA-256 in hexadecimal. Limits, pruner and starting trials are not included: a sweep may be continued with
 * others.
 */
export function sweepHash(sweep: SweepPlan): string {
  const identity = {
    recipe: sweep.plan.recipeHash,
    vary: sweep.vary,
    search: sweep.search,
    goal: sweep.goal,
    seed: sweep.seed,
    // Settings that were introduced later are included only if written, so that hashes of older journals stay valid.
    ...(sweep.goals.length > 1 && { goals: sweep.goals }),
    ...(sweep.require && { require: sweep.require }),
    ...(sweep.repeats !== undefined && { repeats: sweep.repeats }),
    ...(sweep.where && { where: sweep.where }),
  };
  return bytesToHex(sha256(utf8ToBytes(canonicalize(identity) ?? "")));
}

/** Returns the folder of the sweep's lock, next to its journal. */
export function sweepFolderOf(runs: string, name: string, sweep: SweepPlan): string {
  return Journal.folder(runs, name, sweepHash(sweep));
}

/** Opens the journal of a sweep, or creates it. */
export function openSweepJournal(runs: string, name: string, sweep: SweepPlan, spec: JournalSpec): Journal {
  return Journal.open(runs, name, sweepHash(sweep), spec);
}

/** Reports whether two sweeps have the same limits. */
export function haveSameSweepLimits(a: SweepPlan, b: SweepPlan): boolean {
  const bounds = ({ trials, budgetMs, budgetTokens, pruner, start }: SweepPlan): string =>
    canonicalize({ trials, budgetMs, tokens: budgetTokens ?? null, pruner, start: start ?? [] }) ?? "";
  return bounds(a) === bounds(b);
}
