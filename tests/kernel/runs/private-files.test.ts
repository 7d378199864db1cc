/** Files of runs, sweeps, caches and trackers are readable by their owner only, with the usual umask. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveScoredDataPlan, readScoredDataPlans } from "#kernel/runs/scored-data.js";
import { lockRun } from "#kernel/runs/run-lock.js";
import { makePrivate, copyWithUsualMode, writePrivateFile, writePrivateFileAsync } from "#kernel/fetch/private.js";
import { openToOthers } from "../../open-to-others.js";
import { writeRunFiles } from "../session/run-files.js";
import { evaluate, makeRun, makeSweep, share } from "./run-folders.js";

describe("private file", function () {
  if (process.platform === "win32") return;
  let folder: string;
  let umask: number;
  before(() => {
    umask = process.umask(0o022);
    folder = mkdtempSync(join(tmpdir(), "tunebook-private-"));
  });
  after(() => {
    process.umask(umask);
    rmSync(folder, { recursive: true, force: true });
  });
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it("replaces a file that others could read", async () => {
    const file = join(folder, "old");
    writeFileSync(file, "");
    writePrivateFile(file, "a");
    assert.equal(modeOf(file), "600");
    writeFileSync(join(folder, "other"), "");
    await writePrivateFileAsync(join(folder, "other"), "a");
    assert.equal(modeOf(join(folder, "other")), "600");
  });
  it("closes the files of a shared writer to others", () => {
    const own = mkdtempSync(join(folder, "shared-"));
    writeFileSync(join(own, "model"), "");
    makePrivate(own);
    assert.deepEqual(openToOthers(own), []);
    makePrivate(join(own, "nothing-there"));
  });
  it("is copied to the user's folder with the usual mode", async () => {
    const [from, to] = [join(folder, "own"), join(folder, "given")];
    writePrivateFile(from, "a");
    await copyWithUsualMode(from, to);
    assert.equal(modeOf(to), "644");
    assert.equal(readFileSync(to, "utf8"), "a");
  });
  it("holds the plan, log and scores of a run, and the journal of a sweep", async () => {
    const runs = join(folder, "runs");
    const run = makeRun(runs, "m", { weights: true });
    evaluate(run, { accuracy: share(0.5) });
    makeSweep(runs, "search", [0.5, 0.6]);
    const lock = await lockRun(run.path, "train");
    // The engine writes checkpoints with mode 644; the code that requests them restricts the mode afterwards.
    const checkpoints = readdirSync(run.checkpoints).map((name) => `${run.id}/checkpoints/${name} 644`);
    assert.deepEqual(openToOthers(runs), checkpoints);
    lock.release();
  });
  it("holds what trainings, evaluations, trackers and detached processes add to a run", async () => {
    const root = mkdtempSync(join(folder, "kept-"));
    const at = await writeRunFiles(root);
    const run = join(root, "runs", at.id);
    const written = ["calibration.json", "scored-data.json", "since-before.json", "rows.bin", "detached.json"];
    const others = ["trackers.json", "labelled.jsonl", "carried", "carried/carried.json", "carried/memory.jsonl"];
    for (const name of [...written, ...others]) assert.match(modeOf(join(run, name)), /^[67]00$/, name);
    assert.deepEqual(openToOthers(join(root, "runs", "detached")), []);
    // A later evaluation replaces the file.
    const [[hash, data]] = [...readScoredDataPlans(run)] as [[string, Parameters<typeof saveScoredDataPlan>[2]]];
    saveScoredDataPlan(run, `${hash}b`, data);
    assert.equal(modeOf(join(run, "scored-data.json")), "600");
  });
});
