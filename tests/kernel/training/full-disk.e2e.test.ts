/**
 * A disk that is full for a time: nothing written before is lost, and interrupted work resumes when there is space.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("./full-disk-child.js", import.meta.url));

describe("full disk", function () {
  this.timeout(60_000);
  let passed: readonly string[];
  let stderr: string;
  before(() => {
    const came = spawnSync(process.execPath, [child], { encoding: "utf8" });
    passed = came.stdout.split("\n");
    stderr = came.stderr;
  });
  const passes = (scenario: string): void => assert.ok(passed.includes(scenario), stderr);

  it("lets a training resume to the same result after a checkpoint or log write failed", () => passes("training"));
  it("still shows new scores and keeps the earlier ones", () => passes("scores"));
  it("stops a sweep, which keeps its earlier trials and resumes with the others", () => passes("sweep"));
  it("leaves a saved model complete or as before", () => passes("save"));
});
