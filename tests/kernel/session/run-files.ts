/**
 * A run folder with every file that a training, an evaluation or a tracker may leave, written by the production code.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeCalibration } from "#kernel/runs/calibration.js";
import { writeContinualState } from "#kernel/runs/continual-state.js";
import { writeDetachedNote } from "#kernel/runs/detached-run.js";
import { saveTeacherLabelledRows } from "#kernel/runs/labelled-rows.js";
import { writeTrainingRowRecord } from "#kernel/runs/learnt-rows.js";
import { writeRowMarks } from "#kernel/runs/row-marks.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { RunRecord } from "#kernel/runs/run-record.js";
import { saveScoredDataPlan } from "#kernel/runs/scored-data.js";
import { writeBeforeAfterScores } from "#kernel/runs/before-after-scores.js";
import { writeSearchPlace } from "#kernel/runs/together/search-place.js";
import { writeTrialGroupStatement } from "#kernel/runs/together/trial-groups.js";
import { planOfRun } from "#kernel/models/loaded-run.js";
import { writeTracking } from "#kernel/trackers/tracking.js";
import { gone } from "../runs/run-folders.js";
import { keptFolder, writeNotebookFiles } from "./kept-runs.js";
import type { Where } from "./hostile-runs.js";

const hash = "a".repeat(64);
const record: RunRecord = {
  splits: { train: hash },
  files: [{ sort: "data", name: "rows.csv", bytes: 10, hash }],
  others: ["sql"],
  seeds: { training: 7, data: 0 },
  versions: { tunebook: "0.1.0", node: "20.19.0" },
  engine: { name: "tfjs", device: "cpu", threads: 1, deterministic: true },
  machine: { platform: "linux x64", processor: "p", cores: 2 },
  environment: { OMP_NUM_THREADS: "1" },
  git: { commit: "c".repeat(40), branch: "main", changed: 1, remote: "https://example.org/a" },
  allowed: [{ code: "imbalanced", reason: "known" }],
};

/** Fills an empty folder with a notebook's files and its runs. */
export async function writeRunFiles(folder: string): Promise<Where> {
  const version = readdirSync(keptFolder)[0]!;
  const runs = join(folder, "runs");
  cpSync(join(keptFolder, version, "runs"), runs, { recursive: true });
  writeNotebookFiles(folder);
  const named = (name: string): string => readdirSync(runs).find((one) => one.startsWith(name))!;
  const run = RunFolder.open(join(runs, named("straight")));
  const other = named("whole");
  for (const id of [run.id, other]) {
    const lock = join(runs, id, "lock.json");
    const more = { record, experiment: { name: "e", notes: "n" } };
    writeFileSync(lock, JSON.stringify({ ...(JSON.parse(readFileSync(lock, "utf8")) as object), ...more }));
  }
  const plan = planOfRun(run.path);
  const { data } = plan.recipe;
  const score = { metric: "accuracy", better: "greater", low: null, high: null, lost: false } as const;
  const tracker = { kind: "tracker", word: "tensorboard", arguments: { folder: "tb" } } as const;
  const learnt = { run: run.id, split: "train", dataHash: hash, rows: 2, hashes: Float64Array.of(1, 2), below: null };
  const kept = { data: "d", hash, row: 1, roles: { text: "a", label: "b" } };
  writeCalibration(run.path, {
    step: 88,
    data: "d",
    dataHash: hash,
    split: "validation",
    rows: 4,
    temperature: 1.5,
    thresholds: { yes: 0.5 },
  });
  saveScoredDataPlan(run.path, hash, data);
  writeBeforeAfterScores(run.path, {
    start: "s",
    startHash: hash,
    replayed: 0.5,
    on: [{ ...score, data: "d", split: "test", dataHash: hash, rows: 4, before: 0.5, now: 0.6 }],
  });
  await writeTrainingRowRecord(run.path, { model: "m", answers: { label: [["yes", 2]] }, rows: [learnt] });
  await writeRowMarks(run.path, { train: { numbers: [1, 2], roles: { text: [3, 4] } } });
  writeDetachedNote(run.path, {
    version: 1,
    name: "straight",
    process: gone,
    since: "2026-11-26T12:00:00.000Z",
    ended: { at: "2026-11-26T13:00:00.000Z", exit: 0, signal: null },
  });
  writeTracking(run.path, {
    version: 1,
    experiment: { name: "e", notes: "n" },
    home: "../..",
    source: "n.ipynb",
    trackers: [{ call: tracker, kept: { step: 1 }, done: false, refused: "why" }],
  });
  writeFileSync(join(run.path, "notes.json"), JSON.stringify({ tags: ["a"], note: "n" }));
  const task = { data: "d", split: "test", rows: 2 };
  await writeContinualState(
    run.path,
    {
      version: 1,
      labels: ["yes", "no"],
      tasks: [task],
      metric: "accuracy",
      scores: [0.5],
      said: [[1, 0]],
      taught: ["yes"],
    },
    [kept],
    (file) => {
      writeFileSync(file, "");
      return Promise.resolve();
    },
  );
  saveTeacherLabelledRows(run.path, [kept]);
  const each = [{ name: "n_1", plan }];
  const detached = writeTrialGroupStatement(join(runs, "detached", `n-${hash.slice(0, 12)}`), {
    version: 1,
    name: "n",
    hash,
    several: { is: "repeats", plan, repeats: { each, recipeHash: hash } },
  });
  writeSearchPlace(detached.folder, {
    version: 1,
    sweep: "n",
    address: "http://127.0.0.1:1",
    token: null,
    job: "j",
    key: "0".repeat(16),
    since: "2026-11-26T12:00:00.000Z",
    lost: true,
    node: { id: "i", host: "h", address: "a" },
  });
  return { folder, id: run.id, other };
}

/** Paths relative to the run's folder. Files under `lines` have one record per line. */
export const files = {
  json: [
    ...["plan.json", "lock.json", "calibration.json", "scored-data.json", "since-before.json", "learnt.json"],
    ...["detached.json", "trackers.json", "notes.json", "carried/carried.json"],
    ...["../detached/n-aaaaaaaaaaaa/statement.json", "../detached/n-aaaaaaaaaaaa/cluster.json"],
  ],
  lines: ["events.jsonl", "scores.jsonl", "labelled.jsonl", "carried/memory.jsonl", "rows.bin"],
} as const;
