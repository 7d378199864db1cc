/**
 * Which training `attach` and `runs stop` choose for a name: first one of this folder, then one that trains in another
 * folder.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { RunLock } from "#kernel/runs/run-lock.js";
import { writeTrialGroup } from "#kernel/runs/together/trial-groups.js";
import { writeDetachedNote } from "#kernel/runs/detached-run.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { registerRunningTraining } from "#kernel/remote/supervisor/running-processes.js";
import { findRunForCommand } from "#kernel/apps/cli/find-run.js";
import { stopRunAndReport } from "#kernel/apps/cli/runs/running-table.js";
import { trialGroupStatementOf } from "#kernel/sweep-runs/detach-group.js";
import { compiled, definitions } from "../../../dsl/world.js";
import { makeRun } from "../../runs/run-folders.js";

describe("training found by name on the command line", () => {
  const home = mkdtempSync(join(tmpdir(), "tunebook-wanted-"));
  const here = join(home, "here");
  const locks: RunLock[] = [];
  let was: string | undefined;
  before(() => {
    was = process.env["XDG_STATE_HOME"];
    process.env["XDG_STATE_HOME"] = join(home, "state");
    mkdirSync(join(here, "runs"), { recursive: true });
  });
  afterEach(() => {
    for (const lock of locks.splice(0)) lock.release();
    for (const folder of ["here", "there", "yonder"]) rmSync(join(home, folder), { recursive: true, force: true });
    mkdirSync(join(here, "runs"), { recursive: true });
  });
  after(() => {
    if (was === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = was;
    rmSync(home, { recursive: true, force: true });
  });
  const trains = (folder: string, name = "night"): RunFolder => {
    const run = makeRun(join(home, folder, "runs"), name, { reason: null, steps: 7 });
    const lock = RunLock.try(run.path, "train");
    assert.ok(lock instanceof RunLock);
    lock.whenReleased(registerRunningTraining(run.path));
    locks.push(lock);
    return run;
  };
  const wanted = (name: string): string => findRunForCommand(name, here, "tunebook attach").path;
  function refused(work: () => unknown): { readonly message: string; readonly help: string } {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof CodedError, String(error));
      const { message, help = "" } = diagnosticText(error);
      return { message, help };
    }
    return assert.fail("it went well");
  }

  it("is the one in this folder, even if one of that name trains elsewhere", () => {
    trains("there");
    const own = makeRun(join(here, "runs"), "night");
    assert.equal(wanted("night"), own.path);
    const newer = trains("here");
    assert.equal(wanted("night"), newer.path);
  });
  it("is not stopped elsewhere if the one in this folder has ended", async () => {
    trains("there");
    const own = makeRun(join(here, "runs"), "night");
    const error: unknown = await stopRunAndReport("night", here, false).catch((error: unknown) => error);
    assert.ok(error instanceof CodedError && error.code === "cannot-stop");
    assert.match(
      diagnosticText(error).message,
      new RegExp(`^${own.id} is not being trained: it ended by itself at step 20$`),
    );
  });
  it("is the one elsewhere if this folder has none, and ambiguous if there are several", () => {
    const there = trains("there");
    assert.equal(wanted("night"), there.path);
    assert.equal(wanted(there.id), there.path);
    const yonder = trains("yonder");
    const { message } = refused(() => wanted("night"));
    assert.match(message, /^several trainings are called night; name its folder: /);
    for (const { path } of [there, yonder]) assert.ok(message.includes(path), message);
    assert.equal(wanted(yonder.path), yonder.path);
  });
  it("is suggested for a misspelt name, including a detached sweep", () => {
    const action = compiled(
      `${definitions}recipe r { epochs: 1 }\nsweep m on d with r as found { vary: { seed: choice(1, 2) }, minimize: loss, detach: true }`,
    ).actions?.find((one) => one.verb === "sweep");
    const statement = action && trialGroupStatementOf(action);
    assert.ok(statement);
    const { folder } = writeTrialGroup(join(here, "runs"), statement);
    writeDetachedNote(folder, {
      version: 1,
      name: "found",
      process: currentProcess(),
      since: "2026-11-28T00:00:00.000Z",
    });
    makeRun(join(here, "runs"), "night");
    assert.equal(dirname(wanted("found")), join(here, "runs", "detached"));
    const { message, help } = refused(() => wanted("fonud"));
    assert.match(message, /^there is no training or sweep fonud in /);
    assert.match(help, /^did you mean `found`\? there are: found, night; `tunebook runs --running` lists/);
    assert.match(refused(() => wanted("nihgt")).help, /^did you mean `night`\?/);
  });
});
