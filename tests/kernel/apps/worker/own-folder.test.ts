/** The next worker removes what killed workers left in the cache; folders that others use stay. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { currentProcess } from "#kernel/runs/writer.js";
import { makeWorkerFolder } from "#kernel/apps/worker/worker.js";

describe("folder of a worker", () => {
  it("is its own, and replaces only folders of dead processes on this machine", () => {
    const root = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    try {
      const { machine, since } = currentProcess();
      const boot = since?.split("-")[0] ?? "00000000";
      const dead = `${machine}-${String(process.pid)}-${boot}-1`;
      const elsewhere = `${"0".repeat(12)}-1-${boot}-1`;
      for (const name of [dead, elsewhere, "notes"]) mkdirSync(join(root, name, "runs"), { recursive: true });
      const own = makeWorkerFolder(root);
      assert.deepEqual(readdirSync(root).sort(), [basename(own), elsewhere, "notes"].sort());
      assert.equal(makeWorkerFolder(root), own, "it doesn't take its own away");
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
