/** Runtime processes: nothing waits for them without a limit, and none outlives its parent. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { openRuntimeProcess } from "#kernel/deployments/runtimes/process.js";
import { until } from "#tests/until.js";

describe("runtime process", function () {
  this.timeout(30_000);
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "runtime-process-"))));
  after(() => {
    delete process.env["TUNEBOOK_RUNTIME_SECONDS"];
    rmSync(folder, { recursive: true });
  });
  const pidAt = (place: string): number => (existsSync(place) ? Number(readFileSync(place, "utf8")) : 0);

  it("is ended if it is silent for too long", async () => {
    process.env["TUNEBOOK_RUNTIME_SECONDS"] = "1.5";
    const place = join(folder, "silent");
    const main = new URL("./blocked-runtime.js", import.meta.url).href;
    await assert.rejects(openRuntimeProcess(main, "a runtime", { place, graphs: {} }), (error: CodedError) => {
      assert.equal(error.code, "runtime-silent");
      assert.match(error.message, /a runtime did not answer for 1\.5 seconds/);
      return true;
    });
    // On a busy machine it may be ended before it starts.
    const pid = pidAt(place);
    assert.ok(pid === 0 || !runs(pid));
  });

  it("ends when its parent is killed, even while computing", async () => {
    const place = join(folder, "orphan");
    const parent = spawn(process.execPath, [fileURLToPath(new URL("./runtime-parent.js", import.meta.url)), place], {
      stdio: "ignore",
    });
    await until(() => pidAt(place) > 0, "a runtime that began");
    const child = pidAt(place);
    try {
      assert.ok(runs(child));
      parent.kill("SIGKILL");
      await until(() => !runs(child), "the end of a runtime without its parent");
    } finally {
      if (runs(child)) process.kill(child, "SIGKILL");
    }
  });
});

/** Returns whether the process runs; a zombie does not count. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = `/proc/${String(pid)}/stat`;
    return !existsSync(stat) || !/\) Z/.test(readFileSync(stat, "utf8"));
  } catch {
    return false;
  }
}
