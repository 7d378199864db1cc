/** What a sweep shows before it begins and once it ends, and what a session keeps of it: run here, or watched. */
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { bestShown, noneClearsShown } from "../display/sweeps/best.js";
import { sweepPlanShown } from "../display/plans/sweep-plan.js";
import { trialsTable } from "../display/sweeps/trials-table.js";
import { SIZE_PATH } from "../study/learning-sizes.js";
import { sweepType } from "../study/trial.js";
import { memoryHere } from "../session/answers/dataset-cache.js";
import { atOnce } from "./at-once.js";
import { sweepHash } from "./journal/identity.js";
import { journalOf } from "./journal/journal-of.js";
import { Journal } from "./journal/journal.js";
import { LiveSweep } from "./live-sweep.js";
import { KEPT } from "./ranking.js";
import { placeOf } from "./trains-trials.js";
import { trialCosts } from "./plan-card.js";
import { TrialLog } from "./journal/trial-log.js";
import type { Screen } from "../session/live-training.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { sweepLearningCurve } from "./learning-curve.js";
import type { Told, Sweep, Swept } from "./sweep-result.js";

/** What came of it. */
export async function tellSwept(session: OpenSession, { live, log }: Told, stage: Stage): Promise<void> {
  tellOutcome(live, log, stage);
  if (overRowsAlone(live.plan)) await tellRows(session, live, stage);
}

/** Such a sweep asks how many rows are enough, and not which settings do best. */
function overRowsAlone({ vary }: SweepPlan): boolean {
  return Object.keys(vary).every((path) => path === SIZE_PATH);
}

async function tellRows(session: OpenSession, live: LiveSweep, stage: Stage): Promise<void> {
  try {
    for (const shown of await sweepLearningCurve(session, live, stage)) stage.screen.display(shown);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "no-sweep-curve") throw error;
    live.note(`${wordsFor(error).message}.`);
  }
}

/** A sweep that another process runs, by its journal. */
export function sweepOfJournal(
  { name, sweep }: Pick<Sweep, "name" | "sweep">,
  { runs, registry, screen }: { readonly runs: string; readonly registry: Registry; readonly screen: Screen },
): Swept {
  const journal = Journal.watched(runs, name, sweepHash(sweep), journalOf(sweep, registry));
  const log = new TrialLog(journal, true);
  return { live: new LiveSweep(name, sweep, log, registry, { screen, controls: undefined }), log };
}
/** Its name stands for it. */
export function keepSweep(session: OpenSession, name: string, live: LiveSweep): void {
  session.untrained.delete(name);
  session.sweeps.set(name, live);
  session.names.define(name, live, sweepType);
}

/** Shows its plan, and what that costs. */
export async function showSweepPlan(
  session: OpenSession,
  { name, sweep }: Pick<Sweep, "name" | "sweep">,
  stage: Stage,
): Promise<void> {
  const costs = await trialCosts(session, { name, sweep }, stage);
  const where = await placeOf(sweep);
  const open = atOnce(sweep, memoryHere(), costs?.most.memoryBytes, where?.room ?? null);
  stage.screen.display(sweepPlanShown({ name, sweep, open, costs }));
}

/** Its trials as a table, and the best. Coded error `sweep-without-success`. */
export function tellOutcome(live: LiveSweep, { ended }: Pick<TrialLog, "ended">, stage: Pick<Stage, "screen">): void {
  const { name, best, nearest } = live;
  if (best === null && nearest) {
    stage.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
    stage.screen.display(noneClearsShown(name, nearest));
    return;
  }
  if (best === null)
    throw new CodedError("sweep-without-success", {
      sweep: name,
      trials: ended.length,
      last: ended.at(-1)?.error ?? "none ran",
    });
  stage.screen.display(trialsTable(live.view, { title: `Trials of ${name}` }));
  if (overRowsAlone(live.plan)) return;
  const kept = ended.length > KEPT ? `Weights stay of the ${KEPT} best trials.` : null;
  stage.screen.display(bestShown({ ...best, ...(kept !== null && { kept }) }));
}
