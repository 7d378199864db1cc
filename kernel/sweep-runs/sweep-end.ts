/** Why no further trial of a sweep starts, and the text for its cell. */
import { registry } from "#stdlib/registry.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Study } from "#stdlib/searches/kind.js";
import { untriedPoints } from "#stdlib/searches/shared/random-points.js";
import { durationText } from "../host/value-text.js";

export type SweepEndReason =
  | "trials"
  | "budget"
  | "tokens"
  /** Earlier runs of the sweep used up the limit, and no trial started in this one. */
  | "budget of before"
  | "tokens of before"
  /** Every allowed point was tried. */
  | "used up"
  /** The search found no further point, but there may be some. */
  | "none found";

/** Reports whether no point is left, after a search found nothing to try. */
export function isSpaceExhausted(study: Study, search: SweepPlan["search"]): boolean {
  return ends(search) || untriedPoints(study)?.length === 0;
}
const ends = ({ word }: SweepPlan["search"]): boolean =>
  registry.find("search", word)?.capabilities?.isExhaustive === true;

/**
 * Returns null if the plan already says it.
 * @param ended number of ended trials
 */
export function sweepEndReasonText(ending: SweepEndReason, sweep: SweepPlan, ended: number): string | null {
  const { trials, budgetMs, where } = sweep;
  const progress = trials === null ? String(ended) : `${String(ended)} of ${String(trials)}`;
  switch (ending) {
    case "budget of before":
      return `No trial started: trials of earlier runs of this sweep have used up its budget of ${durationText((budgetMs ?? 0) / 1000)}. Write a larger \`budget\` to continue.`;
    case "tokens of before":
      return "No trial started: trials of earlier runs of this sweep have used up its `tokens`. Increase them to continue.";
    case "used up":
      if (trials === null && ends(sweep.search)) return null;
      return `It ended after ${progress} trials: no other values are left to try.`;
    case "none found":
      return `It ended after ${progress} trials: among many draws the search found no other values${where ? " that `where` allows" : ""}. There may be some: widen ${where ? "`where`, or " : ""}the ranges to continue.`;
    default:
      return null;
  }
}
