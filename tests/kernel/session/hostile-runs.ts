/** All operations that read a run's files, called on a folder of runs that may be untrusted. */
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readCalibration } from "#kernel/runs/calibration.js";
import { readExemplarsAndDamage, readContinualState } from "#kernel/runs/continual-state.js";
import { readDetachedNote } from "#kernel/runs/detached-run.js";
import { countTeacherLabelledRows } from "#kernel/runs/labelled-rows.js";
import { readTrainingRowRecord, countSeenRows } from "#kernel/runs/learnt-rows.js";
import { readRowMarks } from "#kernel/runs/row-marks.js";
import { readScoredDataPlans } from "#kernel/runs/scored-data.js";
import { readBeforeAfterScores } from "#kernel/runs/before-after-scores.js";
import { targetValuesFromCounts } from "#kernel/runs/tally.js";
import { sweepsText } from "#kernel/apps/cli/sweeps-table.js";
import { runProgressOf } from "#kernel/remote/supervisor/outcome.js";
import { findWatchable } from "#kernel/runs/history/find-watchable.js";
import { trialGroupFacts } from "#kernel/models/trial-group-facts.js";
import { readTracking } from "#kernel/trackers/tracking.js";
import { readTrialGroup } from "#kernel/runs/together/trial-groups.js";
import { bundleOfRun } from "#kernel/apps/checking/bundled-program.js";
import { editRunNotes, runsText, type RunsTableRequest } from "#kernel/apps/cli/runs/runs-table.js";
import { syncAndReport } from "#kernel/apps/cli/runs/runs-sync.js";
import { findRunByName } from "#kernel/apps/cli/runs/run-argument.js";
import { watchRun } from "#kernel/remote/supervisor/watch.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { RunComparer } from "#kernel/runs/history/run-comparison.js";
import { readRunDetails } from "#kernel/runs/history/run-details.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { runDiffOf, runDiffText } from "#kernel/evaluation/record/diff-text.js";
import { comparedRunRecordOf } from "#kernel/runs/record/compared-run.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { attachableRunFacts, loadRunWeights, planOfRun, runFacts } from "#kernel/models/loaded-run.js";
import { replay } from "#kernel/features/replay/replay.js";
import { findRunSource } from "#kernel/features/serve/models/run-source.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { LiveTraining, trainingTitle } from "#kernel/session/live-training.js";
import { WarningReporter } from "#kernel/session/execution-context.js";
import { reportOfRun } from "#kernel/features/report/training-report.js";

const asked: RunsTableRequest = {
  filter: "",
  sort: "started",
  on: null,
  reverse: false,
  fold: false,
  limit: "50",
  json: false,
};
const screen = { display: () => undefined, update: () => undefined };
const noEngine = (): Promise<never> =>
  Promise.reject(new CodedError("run-folder", { folder: "engine", why: "this test starts no engine" }));

export interface Where {
  /** The notebook's folder. */
  readonly folder: string;
  /** Ids of the hostile run and of a normal one. */
  readonly id: string;
  readonly other: string;
}
export type Operation = (at: Where) => unknown;

const runOf = ({ folder, id }: Where): RunFolder => RunFolder.open(join(folder, "runs", id));
const listOf = async ({ folder }: Where): Promise<RunList> => {
  const list = new RunList(join(folder, "runs"));
  await list.look();
  return list;
};

export const operations: Readonly<Record<string, Operation>> = {
  "tunebook runs": async ({ folder }) => [
    await runsText(folder, asked),
    await runsText(folder, { ...asked, json: true, fold: true }),
  ],
  "tunebook runs note": ({ folder, id }) => editRunNotes(folder, id, { note: ["a", "note"], add: ["tag"], take: [] }),
  "tunebook runs sync --list": ({ folder }) => syncAndReport(folder, { to: [], list: true }),
  "tunebook diff": ({ folder, id, other }) =>
    [
      [id, other],
      [other, id],
    ].map(([here, there]) =>
      runDiffText(
        runDiffOf(
          comparedRunRecordOf(findRunByName(here!, folder)),
          comparedRunRecordOf(findRunByName(there!, folder)),
        ),
      ),
    ),
  "tunebook replay": (at) => replay(runOf(at), { startEngine: noEngine }),
  "tunebook bundle": (at) => bundleOfRun(runOf(at), {}),
  "tunebook serve": (at) => findRunSource(runOf(at).path, new DatasetCache()),
  "tunebook attach": async (at) => {
    const run = runOf(at);
    readTrialGroup(run.path);
    const plan = planOfRun(run.path);
    const live = new LiveTraining(screen, "attach", trainingTitle(plan), plan);
    await watchRun(run, live.watching);
    live.finish();
  },
  "load:": (at) => {
    const places = { folder: at.folder, runs: join(at.folder, "runs") };
    runFacts(at.id, places);
    loadRunWeights(runOf(at).path);
  },
  attach: (at) => attachableRunFacts(at.id, { folder: at.folder, runs: join(at.folder, "runs") }),
  report: async (at) => {
    const session = new TuneSession({ folder: at.folder, runs: join(at.folder, "runs") });
    const stage = {
      screen,
      hostContext: plainHostContext(at.folder),
      sources: [],
      warnings: new WarningReporter(screen, [], ""),
    };
    try {
      await reportOfRun(session, runOf(at), { name: null, rows: true }, stage);
    } finally {
      await session.close();
    }
  },
  "a seed's training that runs by itself": (at) => {
    const runs = join(at.folder, "runs");
    const found = findWatchable("n", { folder: at.folder, runs });
    if (!(found instanceof RunFolder)) trialGroupFacts(found);
    attachableRunFacts("n", { folder: at.folder, runs });
  },
  "tunebook sweeps": ({ folder }) => [sweepsText(null, { in: folder }), sweepsText(null, { in: folder, json: true })],
  "small files": (at) => {
    const { path } = runOf(at);
    runProgressOf(runOf(at));
    for (const rows of readTrainingRowRecord(path)?.rows ?? []) countSeenRows(Float64Array.of(1), rows);
    for (const role of Object.keys(readTrainingRowRecord(path)?.answers ?? {}))
      targetValuesFromCounts(readTrainingRowRecord(path)!.answers, role);
    JSON.stringify([
      readBeforeAfterScores(path),
      [...readScoredDataPlans(path).values()],
      readRowMarks(path),
      readDetachedNote(path),
    ]);
    JSON.stringify([
      readTracking(path),
      readContinualState(path),
      readExemplarsAndDamage(path),
      countTeacherLabelledRows(path),
    ]);
    readCalibration(path, 88);
  },
  "the panel of runs": async (at) => {
    const list = await listOf(at);
    JSON.stringify(await readRunDetails(list, at.id, at.other));
    JSON.stringify(await readRunDetails(list, at.other, at.id));
    const runs = [at.id, at.other].map((id, slot) => ({ id, slot }));
    await new RunComparer(list).compared({ runs, along: "step", smooth: false });
  },
};

/** Returns a description of a wrong outcome; null if the operation ended with a result or a code. */
export async function troubleOf(operation: Operation, at: Where): Promise<string | null> {
  const begun = performance.now();
  try {
    await operation(at);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === "internal")
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = performance.now() - begun;
  return took > 5000 ? `took ${took.toFixed(0)} ms` : null;
}
