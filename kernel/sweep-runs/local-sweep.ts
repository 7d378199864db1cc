/** A sweep whose search runs in this process, with one live cell. */
import { lockRun, type RunLock } from "../runs/run-lock.js";
import type { TrialRecord } from "../study/trial.js";
import { sweepEndReasonText, type SweepEndReason } from "./sweep-end.js";
import { journalSpecOf, sweepFolderOf, openSweepJournal } from "./journal/journal-identity.js";
import { LiveSweep, type TrialSettingsCompleter } from "./live-sweep.js";
import { retrainingText, lostWeightsText, findOutdatedTrials, trialsToRetrain } from "./outdated-journal.js";
import { runTrials } from "./runner.js";
import { plansOfTrial, runTrial } from "./run-trial.js";
import { trialTrainerFor } from "./sweep-trainer.js";
import { showPlanCard, sweepOutlook } from "./plan-card.js";
import {
  sweepStartsOf,
  numberStartTrials,
  otherDataTrialCount,
  sweepStartText,
  unfitTrialsText,
  type SweepStartSource,
} from "./earlier-journals.js";
import { trackSweep } from "./tracked-sweep.js";
import { TrialLog } from "./journal/trial-log.js";
import { TrialModels, type TrialProgramContext } from "./trial-program.js";
import { type ExecutionContext, warnerAt } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { loadImplementation } from "../host/load-implementation.js";
import { bindSweepName } from "./report-sweep.js";
import type { SweepAction, SweepResult } from "./sweep-result.js";
import { initialTrials } from "./requested-trials.js";

/** Additional options of a sweep that are not part of its program. */
export interface SweepExtras {
  /** Points to run before the search proposes any; path to Tune text. */
  readonly first?: readonly Readonly<Record<string, string>>[];
  /** Completes a trial's program from its varying values. */
  readonly whole?: TrialSettingsCompleter;
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
  const lock = await lockRun(sweepFolderOf(session.runs, name, sweep), "sweep");
  try {
    const journal = journalSpecOf(sweep, session.vocabulary.registry);
    const log = new TrialLog(openSweepJournal(session.runs, name, sweep, journal));
    const again = await setAsideOutdated({ session, stage: context, sweep }, log);
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
  readonly starts: readonly SweepStartSource[];
  readonly again: readonly TrialRecord[];
}

/** Sets aside trials whose values have changed meaning, and returns those to retrain. */
async function setAsideOutdated(around: TrialProgramContext, log: TrialLog): Promise<readonly TrialRecord[]> {
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
  bindSweepName(session, name, live);
  // A generated sweep has already shown its costs.
  const planned = { name, sweep, costed: beyond.whole === undefined };
  const { costs, where, open } = await sweepOutlook(session, planned, context, context.inside);
  // A sweep from `sweep auto` has already shown its plan.
  const fold = beyond.whole ? null : showPlanCard(context, { name, sweep, open, costs });
  live.show();
  const { trials } = open;
  for (const start of starts) {
    live.note(sweepStartText(start));
    const trials = otherDataTrialCount(start, sweep);
    const warning = { sweep: name, start: start.name, data: sweep.data, trials };
    if (trials > 0) warnerAt(context, span)("start-other-data", warning);
  }
  if (again.length > 0) live.note(retrainingText(again));
  const tracked = trackSweep(session, { folder: lock.folder, name, sweep, goal: live.goal }, context);
  const models = new TrialModels(trials);
  const stays = session.engines.pin();
  let ending: SweepEndReason;
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
      first: initialTrials(sweep, beyond.first ?? [], { log, again }),
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
  const why = sweepEndReasonText(ending, sweep, log.ended.length);
  if (why !== null) live.note(why);
  if (log.strange.length > 0)
    live.note(`From entries that other programs added to its journal, ${unfitTrialsText(log.strange)}.`);
  return { live, log };
}
