/** A detached training that lost its socket is stopped by a signal. A process that reused its id is not. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { writeDetachedNote } from "#kernel/runs/detached-run.js";
import { processIdentityOf } from "#kernel/runs/writer.js";
import { stopRun } from "#kernel/remote/supervisor/stop-process.js";
import { makeRun } from "../../runs/run-folders.js";

const LOCK = new URL("../../../../kernel/runs/run-lock.js", import.meta.url).href;
const MAIN = fileURLToPath(new URL("../../../../kernel/apps/processes/training/main.js", import.meta.url));
/** A program that owns the run's lock and exits cleanly on SIGTERM. */
const program = `
const [, run] = process.argv;
const { RunLock } = await import(${JSON.stringify(LOCK)});
const lock = RunLock.try(run, "train");
process.on("SIGTERM", () => { lock.release(); process.exit(0); });
setInterval(() => {}, 1000);
console.log("ready");`;

describe("training without a control socket", function () {
  this.timeout(20_000);
  if (process.platform !== "linux") return;
  const root = mkdtempSync(join(tmpdir(), "tunebook-stopping-"));
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });
  async function trains(name: string, main: string) {
    const run = makeRun(root, name, { reason: null, steps: 8, weights: true });
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, run.path, main]);
    children.push(child);
    await once(child.stdout, "data");
    writeDetachedNote(run.path, { version: 1, name, process: processIdentityOf(child.pid ?? 0), since: "" });
    return { run, child };
  }

  it("is stopped by a signal", async () => {
    const { run, child } = await trains("night", MAIN);
    const outcome = await stopRun(run, { now: false });
    assert.equal(outcome.step, 8);
    if (child.exitCode === null) await once(child, "exit");
    assert.equal(child.exitCode, 0);
  });
  it("is not signalled if its process is another program", async () => {
    const { run, child } = await trains("other", "/usr/lib/other.js");
    await assert.rejects(stopRun(run, { now: false }), (error: CodedError) => {
      assert.match(textsOfCode(error.code, error.data).message, /\bprocess \d+\b/);
      return error.code === "cannot-stop";
    });
    assert.equal(child.exitCode, null);
  });
  it("reports how it ended if it is over", async () => {
    const said = async (...of: Parameters<typeof makeRun>): Promise<string> => {
      const error: unknown = await stopRun(makeRun(...of), { now: false }).catch((error: unknown) => error);
      assert.ok(error instanceof CodedError && error.code === "cannot-stop");
      return textsOfCode(error.code, error.data).message;
    };
    assert.match(await said(root, "whole"), /^whole-\S+ .*: it ended by itself at step 20$/);
    const stopped = { reason: "interrupted", steps: 8, weights: true } as const;
    assert.match(await said(root, "stopped", stopped), /: it was stopped at step 8 of 20$/);
  });
});
