/** What a sweep shows at its start and end, and what a session keeps of it, whether run locally or watched. */
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { bestProgramView, noTrialMeetsThresholdsView } from "../display/sweeps/best.js";
import { sweepPlanView } from "../display/plans/sweep-plan.js";
import { trialsTable } from "../display/sweeps/trials-table.js";
import { TRAIN_SIZE_PATH } from "../study/learning-sizes.js";
import { sweepTypeText } from "../study/trial.js";
import { sweepHash, journalSpecOf } from "./journal/journal-identity.js";
import { Journal } from "./journal/journal.js";
import { LiveSweep } from "./live-sweep.js";
import { MAX_TRIALS_WITH_WEIGHTS } from "./ranking.js";
import { sweepOutlook } from "./plan-card.js";
import { TrialLog } from "./journal/trial-log.js";
import type { OutputScreen } from "../session/live-training.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { sweepLearningCurve } from "./learning-curve.js";
import type { SweepToReport, SweepAction, SweepResult } from "./sweep-result.js";

/** Shows the result. */
export async function reportSweep(
  session: OpenSession,
  { live, log }: SweepToReport,
  context: ExecutionContext,
): Promise<void> {
  reportOutcome(live, log, context);
  if (overRowsAlone(live.plan)) await tellRows(session, live, context);
}

/** A sweep over training sizes alone shows how many rows are enough, not which settings do best. */
function overRowsAlone({ vary }: SweepPlan): boolean {
  return Object.keys(vary).every((path) => path === TRAIN_SIZE_PATH);
}

async function tellRows(session: OpenSession, live: LiveSweep, context: ExecutionContext): Promise<void> {
  try {
    for (const shown of await sweepLearningCurve(session, live, context)) context.screen.display(shown);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "no-sweep-curve") throw error;
    live.note(`${diagnosticText(error).message}.`);
  }
}

/** Creates a live sweep for a sweep that another process runs, from its journal. */
export function liveSweepFromJournal(
  { name, sweep }: Pick<SweepAction, "name" | "sweep">,
  { runs, registry, screen }: { readonly runs: string; readonly registry: Registry; readonly screen: OutputScreen },
): SweepResult {
  const journal = Journal.watched(runs, name, sweepHash(sweep), journalSpecOf(sweep, registry));
  const log = new TrialLog(journal, true);
  return { live: new LiveSweep(name, sweep, log, registry, { screen, controls: undefined }), log };
}
/** Binds the sweep's name to it. */
export function bindSweepName(session: OpenSession, name: string, live: LiveSweep): void {
  session.untrained.delete(name);
  session.sweeps.set(name, live);
  session.names.define(name, live, sweepTypeText);
}

/** Shows the sweep's plan and its costs. */
export async function showSweepPlan(
  session: OpenSession,
  { name, sweep }: Pick<SweepAction, "name" | "sweep">,
  context: ExecutionContext,
): Promise<void> {
  const { open, costs } = await sweepOutlook(session, { name, sweep }, context);
  context.screen.display(sweepPlanView({ name, sweep, open, costs }));
}

/** Shows the trials as a table, and the best one. Throws the coded error `sweep-without-success`. */
export function reportOutcome(
  live: LiveSweep,
  { ended }: Pick<TrialLog, "ended">,
  context: Pick<ExecutionContext, "screen">,
): void {
  const { name, best, nearest } = live;
  if (best === null && nearest) {
    context.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
    context.screen.display(noTrialMeetsThresholdsView(name, nearest));
    return;
  }
  if (best === null)
    throw new CodedError("sweep-without-success", {
      sweep: name,
      trials: ended.length,
      last: ended.at(-1)?.error ?? "none ran",
    });
  context.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
  if (overRowsAlone(live.plan)) return;
  const keptNote =
    ended.length > MAX_TRIALS_WITH_WEIGHTS ? `Weights stay of the ${MAX_TRIALS_WITH_WEIGHTS} best trials.` : null;
  context.screen.display(bestProgramView({ ...best, ...(keptNote !== null && { keptNote }) }));
}
