/** `sweep`: trials of points that a search draws, on one engine; one live cell of how they stand. */
import canonicalize from "canonicalize";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { lockRun, type RunLock } from "../../runs/run-lock.js";
import { parametersOf, pointOf } from "../../study/parameters.js";
import { valuesAt } from "../../study/points.js";
import { brokenAt } from "../../study/relations.js";
import type { TrialRecord } from "../../study/trial.js";
import { memoryHere } from "../../session/answers/dataset-cache.js";
import { atOnce } from "../../sweep-runs/at-once.js";
import { endingText, type Ending } from "../../sweep-runs/sweep-end.js";
import { sweepHash } from "../../sweep-runs/journal/identity.js";
import { journalOf } from "../../sweep-runs/journal/journal-of.js";
import { Journal } from "../../sweep-runs/journal/journal.js";
import { LiveSweep, type Whole } from "../../sweep-runs/live-sweep.js";
import { againText, lostText } from "../../sweep-runs/again-text.js";
import { outdatedIn, toRenew } from "../../sweep-runs/outdated-journal.js";
import { runTrials } from "../../sweep-runs/runner.js";
import { plansOfTrial, runTrial } from "../../sweep-runs/run-trial.js";
import { placeOf, trainsTrials } from "../../sweep-runs/trains-trials.js";
import { planCard, trialCosts } from "../../sweep-runs/plan-card.js";
import { startsOf } from "../../sweep-runs/starts.js";
import { numbered, ofOtherData, startText, strangeText, type StartTold } from "../../sweep-runs/start-told.js";
import { trackSweep } from "../../sweep-runs/tracked-sweep.js";
import { sweepThere } from "../../sweep-runs/remote-sweep.js";
import { TrialLog } from "../../sweep-runs/journal/trial-log.js";
import { TrialModels } from "../../sweep-runs/trial-models.js";
import type { Around } from "../../sweep-runs/trial-program.js";
import type { Wanted } from "../../sweep-runs/requested-trials.js";
import { warnOfTrials } from "../../training-runs/spent-before.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { warningsOn } from "../../session/warnings.js";
import { does } from "../../host/load-implementation.js";
import { isVerifying } from "../../session/verifying.js";
import { detachTogether } from "../../sweep-runs/detach-group.js";
import { tellSwept, keepSweep } from "../../sweep-runs/report-sweep.js";
import type { Sweep, Swept } from "../../sweep-runs/sweep-result.js";

export async function runSweep(session: OpenSession, action: Sweep, stage: Stage): Promise<void> {
  await warnOfTrials(session.runs, action, warningsOn(stage, action.span));
  if (action.detach && !isVerifying(session)) return detachTogether(session, action, stage);
  const found = await sweepThere(session, action, stage);
  await tellSwept(session, "live" in found ? found : await sweepOf(session, found.here, stage), stage);
}

/** What somebody knows of a sweep that its program doesn't say. */
export interface Beyond {
  /** Points that begin before the search is asked, path to Tune text. */
  readonly first?: readonly Readonly<Record<string, string>>[];
  /** What a trial is beside what varies in it. */
  readonly whole?: Whole;
  /** Told whenever a trial begins, says something or ends. */
  readonly onChange?: (live: LiveSweep) => void;
  /** Whether weights of a run lie elsewhere. */
  readonly kept?: (run: string) => boolean;
}

/** Runs its trials; nobody is told what came of them. */
export async function sweepOf(session: OpenSession, action: Sweep, stage: Stage, beyond: Beyond = {}): Promise<Swept> {
  const { name, sweep } = action;
  const hash = sweepHash(sweep);
  const lock = await lockRun(Journal.folder(session.runs, name, hash), "sweep");
  try {
    const of = journalOf(sweep, session.vocabulary.registry);
    const log = new TrialLog(Journal.open(session.runs, name, hash, of));
    const again = await renewed({ session, stage, sweep }, log);
    const starts = startsOf(sweep, {
      of,
      own: log.name,
      folder: stage.hostContext.folder,
      runs: session.runs,
      journalNamed: (earlier) => session.sweeps.get(earlier)?.journal,
    });
    return await sweepIn(session, action, stage, { log, lock, beyond, starts, again });
  } finally {
    lock.release();
  }
}

interface Opened {
  readonly log: TrialLog;
  readonly lock: RunLock;
  readonly beyond: Beyond;
  readonly starts: readonly StartTold[];
  /** Trials of it that are trained again. */
  readonly again: readonly TrialRecord[];
}

/** Sets those aside that its values no longer mean, and says which are trained again. */
async function renewed(around: Around, log: TrialLog): Promise<readonly TrialRecord[]> {
  const outdated = await outdatedIn(around, log.ended);
  log.setAside(outdated);
  return toRenew(new Set(outdated), log.known);
}

async function sweepIn(
  session: OpenSession,
  action: Sweep,
  stage: Stage,
  { log, lock, beyond, starts, again }: Opened,
): Promise<Swept> {
  const { name, sweep, span } = action;
  const shown = { screen: stage.screen, controls: session.options.controls };
  const live = new LiveSweep(name, sweep, log, session.vocabulary.registry, shown, beyond.whole);
  keepSweep(session, name, live);
  // Whoever wrote the sweep for somebody has told what it costs.
  const costs = beyond.whole ? null : await trialCosts(session, { name, sweep }, stage);
  const where = await placeOf(sweep, stage.inside);
  const open = atOnce(sweep, memoryHere(), costs?.most.memoryBytes, where?.room ?? null);
  // A sweep that was written by `sweep auto` has told its plan already.
  const fold = beyond.whole ? null : planCard(stage, { name, sweep, open, costs });
  live.show();
  const { trials } = open;
  for (const start of starts) {
    live.note(startText(start));
    const trials = ofOtherData(start, sweep);
    const of = { sweep: name, start: start.name, data: sweep.data, trials };
    if (trials > 0) warningsOn(stage, span)("start-other-data", of);
  }
  if (again.length > 0) live.note(againText(again));
  const tracked = trackSweep(session, { folder: lock.folder, name, sweep, goal: live.goal }, stage);
  const models = new TrialModels(trials);
  const stays = session.engines.pin();
  let ending: Ending;
  let trains: Awaited<ReturnType<typeof trainsTrials>> | null = null;
  try {
    const [search, pruner] = await Promise.all([
      does(sweep.search, "search"),
      sweep.pruner && does(sweep.pruner, "pruner"),
    ]);
    const around = { session, stage, sweep, span, models };
    const onNote = (words: string): void => live.note(words);
    trains = await trainsTrials(around, {
      action,
      open,
      journal: log.name,
      onNote,
      where,
      here: (asked) => runTrial(around, asked),
      plansOf: (asked) => plansOfTrial(around, asked),
    });
    ending = await runTrials({
      name,
      sweep,
      goal: live.goal,
      search,
      pruner,
      log,
      started: numbered(starts),
      lock,
      wishes: live.wishes,
      first: firstOf(sweep, beyond.first ?? [], { log, again }),
      kept: beyond.kept,
      onLost: (number: number) => live.note(lostText(number)),
      signal: stage.signal,
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
    tracked.ended(stage.signal?.aborted ? "killed" : "failed");
    throw error;
  } finally {
    await trains?.end();
    live.end();
    fold?.();
    stays();
    // Trials that were interrupted write their checkpoints first.
    session.later(session.settled().then(() => models.close()));
  }
  const why = endingText(ending, sweep, log.ended.length);
  if (why !== null) live.note(why);
  if (log.strange.length > 0) live.note(`Of what others added to its journal, ${strangeText(log.strange)}.`);
  return { live, log };
}

/** What is trained again, and those that were not begun before. */
function firstOf(
  sweep: SweepPlan,
  points: readonly Readonly<Record<string, string>>[],
  { log: { trials, unfinished }, again }: Pick<Opened, "log" | "again">,
): readonly Wanted[] {
  const { vary } = sweep;
  const parameters = parametersOf(vary);
  const before = [...trials, ...unfinished, ...again].map(({ point }) => canonicalize(point));
  const renewed = again.map(({ number, point, values }) => ({ point, values, again: number }));
  const wanted = points.flatMap((values) => {
    const found = pointOf(parameters, new Map(Object.entries(values)));
    // The space may have been narrowed since somebody knew of the point.
    if ("why" in found || brokenAt(sweep, found.point) !== null) return [];
    const { point } = found;
    return before.includes(canonicalize(point)) ? [] : [{ point, values: valuesAt(vary, point) }];
  });
  return [...renewed, ...wanted];
}
