/** `sweep`: runs trials of sampled points on one engine, with one live cell. */
import canonicalize from "canonicalize";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { lockRun, type RunLock } from "../../runs/run-lock.js";
import { parametersOf, pointOfValues } from "../../study/parameters.js";
import { valuesAt } from "../../study/points.js";
import { brokenRelationAt } from "../../study/relations.js";
import type { TrialRecord } from "../../study/trial.js";
import { availableMemoryBytes } from "../../session/answers/dataset-cache.js";
import { trialConcurrencyOf } from "../../sweep-runs/trial-concurrency.js";
import { sweepEndingText, type SweepEnding } from "../../sweep-runs/sweep-end.js";
import { sweepHash, journalSpecOf } from "../../sweep-runs/journal/journal-of.js";
import { Journal } from "../../sweep-runs/journal/journal.js";
import { LiveSweep, type TrialCompleter } from "../../sweep-runs/live-sweep.js";
import { retrainingText, lostWeightsText } from "../../sweep-runs/again-text.js";
import { findOutdatedTrials, trialsToRetrain } from "../../sweep-runs/outdated-journal.js";
import { runTrials } from "../../sweep-runs/runner.js";
import { plansOfTrial, runTrial } from "../../sweep-runs/run-trial.js";
import { workerPlaceOf, trialTrainerFor } from "../../sweep-runs/sweep-trainer.js";
import { showPlanCard, trialCosts } from "../../sweep-runs/plan-card.js";
import { sweepStartsOf } from "../../sweep-runs/starts.js";
import {
  numberStartTrials,
  otherDataCount,
  sweepStartText,
  unfitTrialsText,
  type SweepStart,
} from "../../sweep-runs/start-told.js";
import { trackSweep } from "../../sweep-runs/tracked-sweep.js";
import { runRemoteSweep } from "../../sweep-runs/remote-sweep.js";
import { TrialLog } from "../../sweep-runs/journal/trial-log.js";
import { TrialModels, type TrialProgramContext } from "../../sweep-runs/trial-program.js";
import type { RequestedTrial } from "../../sweep-runs/ranking.js";
import { warnOfTrialSpending } from "../../training-runs/spent-before.js";
import { type ExecutionContext, warnerAt, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { detachGroup } from "../../sweep-runs/detach-group.js";
import { reportSweep, registerSweep } from "../../sweep-runs/report-sweep.js";
import type { SweepAction, SweepResult } from "../../sweep-runs/sweep-result.js";

export async function runSweep(session: OpenSession, action: SweepAction, context: ExecutionContext): Promise<void> {
  await warnOfTrialSpending(session.runs, action, warnerAt(context, action.span));
  if (action.detach && !isVerifying(session)) return detachGroup(session, action, context);
  const found = await runRemoteSweep(session, action, context);
  await reportSweep(session, "live" in found ? found : await executeSweep(session, found.here, context), context);
}

/** Additional options of a sweep that are not part of its program. */
export interface SweepExtras {
  /** Points to run before the search proposes any; path to Tune text. */
  readonly first?: readonly Readonly<Record<string, string>>[];
  /** Completes a trial's program from its varying values. */
  readonly whole?: TrialCompleter;
  readonly onChange?: (live: LiveSweep) => void;
  /** Whether a run's weights must be retained for another use. */
  readonly isRetained?: (run: string) => boolean;
}

/** Runs the sweep's trials without reporting the result. */
export async function executeSweep(
  session: OpenSession,
  action: SweepAction,
  context: ExecutionContext,
  beyond: SweepExtras = {},
): Promise<SweepResult> {
  const { name, sweep } = action;
  const hash = sweepHash(sweep);
  const lock = await lockRun(Journal.folder(session.runs, name, hash), "sweep");
  try {
    const journal = journalSpecOf(sweep, session.vocabulary.registry);
    const log = new TrialLog(Journal.open(session.runs, name, hash, journal));
    const again = await renewed({ session, stage: context, sweep }, log);
    const starts = sweepStartsOf(sweep, {
      spec: journal,
      ownJournal: log.name,
      folder: context.hostContext.folder,
      runs: session.runs,
      journalNamed: (earlier) => session.sweeps.get(earlier)?.journal,
    });
    return await sweepIn(session, action, context, { log, lock, beyond, starts, again });
  } finally {
    lock.release();
  }
}

interface Opened {
  readonly log: TrialLog;
  readonly lock: RunLock;
  readonly beyond: SweepExtras;
  readonly starts: readonly SweepStart[];
  readonly again: readonly TrialRecord[];
}

/** Sets aside trials whose values have changed meaning, and returns those to retrain. */
async function renewed(around: TrialProgramContext, log: TrialLog): Promise<readonly TrialRecord[]> {
  const outdated = await findOutdatedTrials(around, log.ended);
  log.setAside(outdated);
  return trialsToRetrain(new Set(outdated), log.known);
}

async function sweepIn(
  session: OpenSession,
  action: SweepAction,
  context: ExecutionContext,
  { log, lock, beyond, starts, again }: Opened,
): Promise<SweepResult> {
  const { name, sweep, span } = action;
  const shown = { screen: context.screen, controls: session.options.controls };
  const live = new LiveSweep(name, sweep, log, session.vocabulary.registry, shown, beyond.whole);
  registerSweep(session, name, live);
  // A generated sweep has already shown its costs.
  const costs = beyond.whole ? null : await trialCosts(session, { name, sweep }, context);
  const where = await workerPlaceOf(sweep, context.inside);
  const open = trialConcurrencyOf(sweep, availableMemoryBytes(), costs?.most.memoryBytes, where?.room ?? null);
  // A sweep from `sweep auto` has already shown its plan.
  const fold = beyond.whole ? null : showPlanCard(context, { name, sweep, open, costs });
  live.show();
  const { trials } = open;
  for (const start of starts) {
    live.note(sweepStartText(start));
    const trials = otherDataCount(start, sweep);
    const warning = { sweep: name, start: start.name, data: sweep.data, trials };
    if (trials > 0) warnerAt(context, span)("start-other-data", warning);
  }
  if (again.length > 0) live.note(retrainingText(again));
  const tracked = trackSweep(session, { folder: lock.folder, name, sweep, goal: live.goal }, context);
  const models = new TrialModels(trials);
  const stays = session.engines.pin();
  let ending: SweepEnding;
  let trains: Awaited<ReturnType<typeof trialTrainerFor>> | null = null;
  try {
    const [search, pruner] = await Promise.all([
      loadImplementation(sweep.search, "search"),
      sweep.pruner && loadImplementation(sweep.pruner, "pruner"),
    ]);
    const around = { session, stage: context, sweep, span, models };
    const onNote = (words: string): void => live.note(words);
    trains = await trialTrainerFor(around, {
      action,
      open,
      journal: log.name,
      onNote,
      where,
      here: (trial) => runTrial(around, trial),
      plansOf: (trial) => plansOfTrial(around, trial),
    });
    ending = await runTrials({
      name,
      sweep,
      goal: live.goal,
      search,
      pruner,
      log,
      started: numberStartTrials(starts),
      lock,
      wishes: live.wishes,
      first: firstOf(sweep, beyond.first ?? [], { log, again }),
      isKept: beyond.isRetained,
      onLost: (number: number) => live.note(lostWeightsText(number)),
      signal: context.signal,
      atOnce: trials,
      runTrial: trains.runTrial,
      onChange: () => {
        live.show();
        tracked.changed(log.ended);
        beyond.onChange?.(live);
      },
    });
    tracked.ended("finished");
  } catch (error) {
    tracked.ended(context.signal?.aborted ? "killed" : "failed");
    throw error;
  } finally {
    await trains?.end();
    live.end();
    fold?.();
    stays();
    // Interrupted trials write their checkpoints first.
    session.later(session.settled().then(() => models.close()));
  }
  const why = sweepEndingText(ending, sweep, log.ended.length);
  if (why !== null) live.note(why);
  if (log.strange.length > 0) live.note(`Of what others added to its journal, ${unfitTrialsText(log.strange)}.`);
  return { live, log };
}

/** Trials to retrain, and initial points that were not started yet. */
function firstOf(
  sweep: SweepPlan,
  points: readonly Readonly<Record<string, string>>[],
  { log: { trials, unfinished }, again }: Pick<Opened, "log" | "again">,
): readonly RequestedTrial[] {
  const { vary } = sweep;
  const parameters = parametersOf(vary);
  const before = [...trials, ...unfinished, ...again].map(({ point }) => canonicalize(point));
  const renewed = again.map(({ number, point, values }) => ({ point, values, again: number }));
  const wanted = points.flatMap((values) => {
    const found = pointOfValues(parameters, new Map(Object.entries(values)));
    // The search space may have been narrowed since the point was recorded.
    if ("why" in found || brokenRelationAt(sweep, found.point) !== null) return [];
    const { point } = found;
    return before.includes(canonicalize(point)) ? [] : [{ point, values: valuesAt(vary, point) }];
  });
  return [...renewed, ...wanted];
}
