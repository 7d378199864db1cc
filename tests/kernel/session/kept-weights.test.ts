/** Weights that a sweep deletes: only those of its own trials, in its own folder of runs. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteTrialWeights } from "#kernel/session/kept-weights.js";

describe("weights removed by a sweep", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "weights-"))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const goal = { metric: "loss", direction: "minimize" };
  function run(path: string, journal = "s-abc"): string {
    mkdirSync(join(path, "checkpoints"), { recursive: true });
    const texts = {
      name: "s_1",
      recipeHash: "r",
      planHash: "p",
      engine: "e",
      tunebook: "t",
      node: "n",
      started: "now",
    };
    const trial = { sweep: "s", journal, number: 1, goal };
    const lock = { version: 1, ...texts, dataHash: null, baseHash: null, labels: [], trial };
    writeFileSync(join(path, "lock.json"), JSON.stringify(lock));
    return path;
  }
  const has = (path: string): boolean => existsSync(join(path, "checkpoints"));

  it("are those of its own trials in its runs folder", () => {
    const from = join(root, "runs");
    const own = run(join(from, "s_1"));
    const others = run(join(from, "s_2"), "s-def");
    const elsewhere = run(join(root, "original", "runs", "s_1"));
    cpSync(elsewhere, join(root, "outside"), { recursive: true });
    symlinkSync(join(root, "outside"), join(from, "s_3"));
    const asked = [own, others, elsewhere, join(from, "s_3"), join(from, "..", "outside"), join(from, "gone")];
    deleteTrialWeights(asked, { from, journal: "s-abc" });
    assert.deepEqual([own, others, elsewhere, join(root, "outside")].map(has), [false, true, true, true]);
  });
});
