/** Everything that reads the files of a run back, called on a folder of runs that somebody else may have written. */
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readCalibration } from "#kernel/runs/calibration.js";
import { exemplarsIn, readCarried } from "#kernel/runs/continual-state.js";
import { readNote } from "#kernel/runs/detached-run.js";
import { labelledRows } from "#kernel/runs/labelled-rows.js";
import { readLearnt, seenOf } from "#kernel/runs/learnt-rows.js";
import { readRowMarks } from "#kernel/runs/row-marks.js";
import { scoredData } from "#kernel/runs/scored-data.js";
import { readSince } from "#kernel/runs/since-before.js";
import { valuesIn } from "#kernel/runs/tally.js";
import { sweepsText } from "#kernel/apps/cli/sweeps-table.js";
import { outcomeOf } from "#kernel/remote/supervisor/outcome.js";
import { findWatchable } from "#kernel/runs/history/find-together.js";
import { togetherFacts } from "#kernel/models/trial-group-facts.js";
import { readTracking } from "#kernel/trackers/tracking.js";
import { readTogether } from "#kernel/runs/together/trial-groups.js";
import { bundleOfRun } from "#kernel/apps/checking/bundled-program.js";
import { noteRun, runsText, type Asked } from "#kernel/apps/cli/runs/runs-table.js";
import { syncText } from "#kernel/apps/cli/runs/runs-sync.js";
import { runNamed } from "#kernel/apps/cli/runs/run-named.js";
import { watchRun } from "#kernel/remote/supervisor/watch.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { Comparer } from "#kernel/runs/history/run-comparison.js";
import { runDetails } from "#kernel/runs/history/run-details.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { diffOf, diffText } from "#kernel/evaluation/record/diff-text.js";
import { sideOf } from "#kernel/runs/record/side.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { attachFacts, loadedWeights, planOf, runFacts } from "#kernel/models/loaded-run.js";
import { replay } from "#kernel/features/replay/replay.js";
import { foundRun } from "#kernel/features/serve/models/run-source.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { LiveTraining, titleOf } from "#kernel/session/live-training.js";
import { Warnings } from "#kernel/session/warnings.js";
import { reportOfRun } from "#kernel/features/report/of-run.js";

const asked: Asked = {
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
  /** Of the notebook. */
  readonly folder: string;
  /** Of the run that is hostile, and of one that is not. */
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
  "tunebook runs note": ({ folder, id }) => noteRun(folder, id, { note: ["a", "note"], add: ["tag"], take: [] }),
  "tunebook runs sync --list": ({ folder }) => syncText(folder, { to: [], list: true }),
  "tunebook diff": ({ folder, id, other }) =>
    [
      [id, other],
      [other, id],
    ].map(([here, there]) => diffText(diffOf(sideOf(runNamed(here!, folder)), sideOf(runNamed(there!, folder))))),
  "tunebook replay": (at) => replay(runOf(at), { startEngine: noEngine }),
  "tunebook bundle": (at) => bundleOfRun(runOf(at), {}),
  "tunebook serve": (at) => foundRun(runOf(at).path, new DatasetCache()),
  "tunebook attach": async (at) => {
    const run = runOf(at);
    readTogether(run.path);
    const plan = planOf(run.path);
    const live = new LiveTraining(screen, "attach", titleOf(plan), plan);
    await watchRun(run, live.watching);
    live.finish();
  },
  "load:": (at) => {
    const places = { folder: at.folder, runs: join(at.folder, "runs") };
    runFacts(at.id, places);
    loadedWeights(runOf(at).path);
  },
  attach: (at) => attachFacts(at.id, { folder: at.folder, runs: join(at.folder, "runs") }),
  report: async (at) => {
    const session = new TuneSession({ folder: at.folder, runs: join(at.folder, "runs") });
    const stage = {
      screen,
      hostContext: plainHostContext(at.folder),
      sources: [],
      warnings: new Warnings(screen, [], ""),
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
    if (!(found instanceof RunFolder)) togetherFacts(found);
    attachFacts("n", { folder: at.folder, runs });
  },
  "tunebook sweeps": ({ folder }) => [sweepsText(null, { in: folder }), sweepsText(null, { in: folder, json: true })],
  "small files": (at) => {
    const { path } = runOf(at);
    outcomeOf(runOf(at));
    for (const rows of readLearnt(path)?.rows ?? []) seenOf(Float64Array.of(1), rows);
    for (const role of Object.keys(readLearnt(path)?.answers ?? {})) valuesIn(readLearnt(path)!.answers, role);
    JSON.stringify([readSince(path), [...scoredData(path).values()], readRowMarks(path), readNote(path)]);
    JSON.stringify([readTracking(path), readCarried(path), exemplarsIn(path), labelledRows(path)]);
    readCalibration(path, 88);
  },
  "the panel of runs": async (at) => {
    const list = await listOf(at);
    JSON.stringify(await runDetails(list, at.id, at.other));
    JSON.stringify(await runDetails(list, at.other, at.id));
    const runs = [at.id, at.other].map((id, slot) => ({ id, slot }));
    await new Comparer(list).compared({ runs, along: "step", smooth: false });
  },
};

/** Null: it ended well or with a code; else what is wrong with how it ended. */
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
