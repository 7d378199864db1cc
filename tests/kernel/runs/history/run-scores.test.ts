import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newestScores } from "#kernel/runs/history/newest-scores.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { appendRunScore, readRunScores, type RunScore } from "#kernel/runs/history/run-scores.js";

describe("scores of a run", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-scores-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const score = (step: number, value: number): RunScore => ({
    ...{ at: "2026-11-26T08:00:00.000Z", step, data: "tickets", split: "test", dataHash: "ab", rows: 200 },
    metrics: { accuracy: { value, low: null, high: 1, better: "greater" } },
  });

  it("are read back unchanged, including NaN", () => {
    const run = RunFolder.open(folder);
    assert.deepEqual(readRunScores(run), []);
    appendRunScore(run, score(10, 0.5));
    appendRunScore(run, score(20, Number.NaN));
    assert.deepEqual(readRunScores(run), [score(10, 0.5), score(20, Number.NaN)]);
  });

  it("are read from a line with a null metric, as other programs write NaN", () => {
    const run = RunFolder.open(folder);
    const { metrics, ...rest } = score(10, 0.5);
    const odd = { low: null, high: null, better: "greater" };
    appendFileSync(
      run.scoresFile,
      `${JSON.stringify({ ...rest, metrics: { roc_auc: { value: null, ...odd }, ...metrics, other: { value: "3" }, none: null } })}\n`,
    );
    const [read] = readRunScores(run);
    assert.deepEqual(Object.keys(read?.metrics ?? {}), ["roc_auc", "accuracy"]);
    assert.ok(Number.isNaN(read!.metrics["roc_auc"]!.value));
    assert.deepEqual(
      newestScores(readRunScores(run)).map(({ metric, value }) => [metric, value]),
      [
        ["roc_auc", null],
        ["accuracy", 0.5],
      ],
    );
  });

  it("are read despite torn or foreign lines", () => {
    const run = RunFolder.open(folder);
    appendRunScore(run, score(10, 0.5));
    appendFileSync(
      run.scoresFile,
      '{"at":"2026\n[1]\n{"at":"x","data":"y","dataHash":"z","step":1,"rows":2,"metrics":{"a":3}}\n',
    );
    appendRunScore(run, score(20, 0.6));
    assert.deepEqual(readRunScores(run), [score(10, 0.5), score(20, 0.6)]);
  });

  it("start on a new line after a torn one, and are found even on the same line", () => {
    const run = RunFolder.open(folder);
    appendFileSync(run.scoresFile, '{"at":"2026');
    appendRunScore(run, score(10, 0.5));
    appendFileSync(run.scoresFile, `{"at":"2026","data":"{\\"at\\":${JSON.stringify(score(20, 0.6))}\n`);
    assert.deepEqual(readRunScores(run), [score(10, 0.5), score(20, 0.6)]);
  });
});
