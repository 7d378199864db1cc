/** Runs a sweep's statement and returns its result. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { LiveSweep } from "./live-sweep.js";
import type { TrialLog } from "./journal/trial-log.js";

export type SweepAction = Extract<Action, { verb: "sweep" }>;

export type SweepToReport = Pick<SweepResult, "live"> & { readonly log: Pick<TrialLog, "ended"> };
export interface SweepResult {
  readonly live: LiveSweep;
  readonly log: TrialLog;
}
