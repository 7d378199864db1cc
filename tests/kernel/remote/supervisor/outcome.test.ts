/** The state of a run derived from its folder: each way in which a detached training can end. */
import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import {
  PROCESS_LOG_FILE,
  recordProcessEnd,
  DETACHED_NOTE_FILE,
  OpenDetachedNote,
  readDetachedNote,
  writeDetachedNote,
} from "#kernel/runs/detached-run.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunLock } from "#kernel/runs/run-lock.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { EXIT_STATUSES, DISK_FULL_STATUS, runProgressOf } from "#kernel/remote/supervisor/outcome.js";
import { stopRun } from "#kernel/remote/supervisor/stop-process.js";
import { cutOffError } from "#kernel/training-runs/attached-training.js";
import { findAttachableRun } from "#kernel/runs/history/find-run.js";
import { add, gone, makeRun } from "../../runs/run-folders.js";

describe("outcome of a detached training", () => {
  const root = mkdtempSync(join(tmpdir(), "tunebook-outcome-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const cut = (name: string, weights = true) => {
    const run = makeRun(root, name, { reason: null, steps: 12, weights });
    // Started by a process of this machine that no longer exists.
    add(run, {
      kind: "started",
      recipe: "r",
      plan: "p",
      engine: "TensorFlow",
      steps: 20,
      process: { ...gone, locks: true },
      resumedFrom: 12,
    });
    writeDetachedNote(run.path, { version: 1, name, process: gone, since: "2026-11-28T00:00:00.000Z" });
    return run;
  };

  it("is read from its log if that is complete", () => {
    const { is, step, goesOnFrom, how } = runProgressOf(makeRun(root, "whole"));
    assert.deepEqual({ is, step, goesOnFrom, how }, { is: "done", step: 20, goesOnFrom: null, how: null });
    const stopped = makeRun(root, "stopped", { reason: "interrupted", steps: 8, weights: true });
    assert.deepEqual(runProgressOf(stopped).goesOnFrom, 8);
    assert.equal(runProgressOf(stopped).how, "it was stopped in good order");
  });
  it("is a cut-off after a reboot, with the last lines of its output", () => {
    const run = cut("killed");
    writeFileSync(
      join(run.path, PROCESS_LOG_FILE),
      `${Array.from({ length: 30 }, (_, i) => `line ${String(i)}`).join("\n")}\n\n`,
    );
    const { is, how, goesOnFrom, log } = runProgressOf(run);
    assert.deepEqual({ is, goesOnFrom }, { is: "cut off", goesOnFrom: 12 });
    assert.equal(how, "the machine was started again while it trained");
    assert.deepEqual([log.length, log.at(-1)], [8, "line 29"]);
    assert.equal(runProgressOf(cut("early", false)).goesOnFrom, null);
  });
  it("explains how to load the weights, also from another folder", () => {
    const run = cut("moved");
    const said = (folder: string): string =>
      diagnosticText(cutOffError({ name: "m", run }, runProgressOf(run), folder)).help ?? "";
    assert.ok(said(root).endsWith(`with \`load: "${run.id}"\``), said(root));
    assert.ok(said(dirname(root)).endsWith(`with \`load: "${basename(root)}/${run.id}"\``));
  });
  it("is a kill if the machine has not rebooted since the process started", () => {
    const run = cut("same");
    const boot = currentProcess().since!.split("-")[0]!;
    add(run, {
      kind: "started",
      recipe: "r",
      plan: "p",
      engine: "TensorFlow",
      steps: 20,
      process: { ...gone, since: `${boot}-1`, locks: true },
    });
    assert.match(runProgressOf(run).how!, /its process, \d+, ended without a message: it was killed/);
  });
  it("names the signal, the exit status or a full disk if it was recorded", () => {
    const how = (name: string, end: Parameters<typeof recordProcessEnd>[2]) => {
      const run = cut(name);
      recordProcessEnd(run.path, gone.id, end);
      // A later report does not overwrite the first one.
      recordProcessEnd(run.path, gone.id, { exit: 0, signal: null });
      return runProgressOf(run).how!;
    };
    assert.match(how("signal", { exit: null, signal: "SIGKILL" }), /ended by SIGKILL \(memory/);
    assert.match(how("status", { exit: 1, signal: null, why: "it broke" }), /ended with status 1/);
    assert.match(how("full", { exit: DISK_FULL_STATUS, signal: null }), /the disk was full/);
  });
  it("is recorded by its own process if the folder was moved, and is unknown at the old place", () => {
    const run = cut("moved");
    const moving = (): OpenDetachedNote =>
      OpenDetachedNote.write(run.path, {
        version: 1,
        name: "moved",
        process: currentProcess(),
        since: "2026-11-28T00:00:00.000Z",
      });
    const note = moving();
    const away = RunFolder.open(`${run.path}-away`);
    renameSync(run.path, away.path);
    note.end({ exit: EXIT_STATUSES.gone, signal: null, why: "it is no longer there" });
    assert.match(runProgressOf(away).how!, /^its process, \d+, ended because its folder was moved$/);
    assert.equal(runProgressOf(away).goesOnFrom, 12);
    const { is, how, gone: isGone } = runProgressOf(run);
    assert.deepEqual([is, isGone], ["cut off", true]);
    assert.equal(how, "its folder is no longer there: it was moved or deleted");
    // Another process trains in that folder now.
    renameSync(away.path, run.path);
    const late = moving();
    writeDetachedNote(run.path, { version: 1, name: "moved", process: gone, since: "2026-11-28T00:00:00.000Z" });
    late.end({ exit: 1, signal: null });
    assert.equal(readDetachedNote(run.path)?.ended, undefined);
  });
  it("fits into the preallocated note, with a truncated reason", () => {
    const run = cut("note");
    const { size } = statSync(join(run.path, DETACHED_NOTE_FILE));
    // The end of a process that is not the recorded one is ignored.
    recordProcessEnd(run.path, gone.id + 1, { exit: null, signal: "SIGKILL" });
    assert.equal(readDetachedNote(run.path)?.ended, undefined);
    recordProcessEnd(run.path, gone.id, { exit: 1, signal: null, why: "x".repeat(5000) });
    assert.equal(statSync(join(run.path, DETACHED_NOTE_FILE)).size, size);
    assert.equal(readDetachedNote(run.path)?.ended?.why?.length, 1000);
    for (const text of ["", "{", '{"version":2}', '{"version":1,"name":3}']) {
      writeFileSync(join(run.path, DETACHED_NOTE_FILE), text);
      assert.equal(readDetachedNote(run.path), null);
    }
  });
  it("is found by name: the running one first, else the newest", () => {
    const places = { folder: root, runs: root };
    const [first, second] = [makeRun(root, "two"), makeRun(root, "two")];
    const named = (): string => findAttachableRun("two", places).id;
    assert.equal(named(), second.id > first.id ? second.id : first.id);
    const lock = RunLock.try(first.path, "train");
    assert.ok(lock instanceof RunLock);
    assert.equal(named(), first.id);
    assert.equal(runProgressOf(first).is, "training");
    lock.release();
    assert.throws(() => findAttachableRun("none", places), { code: "nothing-to-attach" });
  });
  it("rejects a stop request if nothing is training or a notebook is", async () => {
    const run = makeRun(root, "held", { reason: null });
    await assert.rejects(stopRun(run, { now: true }), (error: { data: { why: string } }) => error.data.why === "over");
    const lock = RunLock.try(run.path, "train");
    assert.ok(lock instanceof RunLock);
    await assert.rejects(
      stopRun(run, { now: true }),
      (error: { data: { why: string } }) => error.data.why === "notebook",
    );
    // The note describes a detached process, but it has no socket.
    writeDetachedNote(run.path, { version: 1, name: "held", process: currentProcess(), since: "" });
    await assert.rejects(
      stopRun(run, { now: false }),
      (error: { data: { why: string } }) => error.data.why === "unheard",
    );
    lock.release();
  });
});
