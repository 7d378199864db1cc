/** Trainings running on this machine: pointers to them are trusted only if the runs confirm them. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runningTrainings, registerRunningTraining } from "#kernel/remote/supervisor/running-processes.js";
import { writeDetachedNote } from "#kernel/runs/detached-run.js";
import { RunLock } from "#kernel/runs/run-lock.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { runningTrainingsText } from "#kernel/apps/cli/runs/running-table.js";
import { runsText } from "#kernel/apps/cli/runs/runs-table.js";
import { makeRun } from "../../runs/run-folders.js";

describe("running trainings of this machine", () => {
  const home = mkdtempSync(join(tmpdir(), "tunebook-state-"));
  const pointers = join(home, "tunebook", "running");
  const before = process.env["XDG_STATE_HOME"];
  before_();
  function before_(): void {
    process.env["XDG_STATE_HOME"] = home;
  }
  after(() => {
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
    rmSync(home, { recursive: true, force: true });
  });

  it("are listed with their folder while the run has a writer", async () => {
    const runs = join(home, "notebook", "runs");
    const run = makeRun(runs, "night", { reason: null, steps: 7 });
    const lock = RunLock.try(run.path, "train");
    assert.ok(lock instanceof RunLock);
    lock.whenReleased(registerRunningTraining(run.path));
    assert.deepEqual(
      runningTrainings().map(({ folder, detached }) => ({ folder, detached })),
      [{ folder: run.path, detached: false }],
    );
    assert.match(await runningTrainingsText(false), /night\s+in a notebook or command\s+\d+\s+7\/20/);
    writeDetachedNote(run.path, {
      version: 1,
      name: "night",
      process: currentProcess(),
      since: new Date().toISOString(),
    });
    assert.match(await runningTrainingsText(false), /night\s+detached/);
    assert.equal((JSON.parse(await runningTrainingsText(true)) as { run: string }[])[0]?.run, run.id);
    const table = await runsText(join(home, "notebook"), {
      ...{ filter: "", sort: "started", on: null, reverse: false, fold: true, limit: "20", json: false },
    });
    assert.match(table, /running, detached/);
    lock.release();
    assert.deepEqual(readdirSync(pointers), []);
    assert.equal(await runningTrainingsText(false), "nothing trains on this machine, and no cluster for it\n");
  });

  it("exclude a training whose process was killed", () => {
    const run = makeRun(join(home, "killed", "runs"), "night", { reason: null });
    registerRunningTraining(run.path);
    assert.equal(readdirSync(pointers).length, 1);
    assert.deepEqual(runningTrainings(), []);
    assert.deepEqual(readdirSync(pointers), []);
  });

  it("ignore forged pointer files", () => {
    const run = makeRun(join(home, "up", "runs"), "night", { reason: null });
    const lock = RunLock.try(run.path, "train");
    assert.ok(lock instanceof RunLock);
    writeFileSync(join(pointers, `${"a".repeat(24)}.json`), JSON.stringify({ version: 1, run: run.path }));
    writeFileSync(join(pointers, `${"b".repeat(24)}.json`), "{");
    writeFileSync(join(pointers, "notes.txt"), "somebody's own");
    assert.deepEqual(runningTrainings(), []);
    assert.deepEqual(readdirSync(pointers), ["notes.txt"]);
    rmSync(join(pointers, "notes.txt"));
    lock.release();
  });

  it("need no writable home folder", () => {
    process.env["XDG_STATE_HOME"] = join(home, "a file");
    writeFileSync(join(home, "a file"), "");
    registerRunningTraining("/nowhere/run")();
    assert.deepEqual(runningTrainings(), []);
    before_();
  });
});
