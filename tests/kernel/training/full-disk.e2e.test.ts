/** A disk that is full for a time: nothing that was written before is lost, and what was under way goes on when there is room. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("./full-disk-child.js", import.meta.url));

describe("a disk that fills", function () {
  this.timeout(60_000);
  let passed: readonly string[];
  let stderr: string;
  before(() => {
    const came = spawnSync(process.execPath, [child], { encoding: "utf8" });
    passed = came.stdout.split("\n");
    stderr = came.stderr;
  });
  const passes = (scenario: string): void => assert.ok(passed.includes(scenario), stderr);

  it("while a training writes a checkpoint, and while it writes its log: it ends as one never interrupted", () =>
    passes("training"));
  it("while scores are noted: they are told all the same, and those of before stay", () => passes("scores"));
  it("while a sweep writes its journal: the trials of before stay, and the others follow", () => passes("sweep"));
  it("while a model is saved: the folder is there as a whole, or as it was before", () => passes("save"));
});
