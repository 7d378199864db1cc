/**
 * Trials of another journal as starting trials of a sweep: common settings, filled-in and omitted ones, and the cell's
 * report.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal, type JournalSpec } from "#kernel/sweep-runs/journal/journal.js";
import { numberStartTrials, sweepStartText } from "#kernel/sweep-runs/earlier-journals.js";
import { readStartTrials } from "#kernel/sweep-runs/earlier-trials.js";
import { one, trial, vary } from "./journals.js";

describe("starting trials of a sweep", () => {
  let root: string;
  let file: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "started-"));
    const journal = Journal.open(root, "earlier", "abc", one);
    journal.add(trial);
    journal.add({
      ...trial,
      number: 2,
      score: 0.4,
      values: { ...trial.values, technique: "full" },
      point: { ...trial.point, technique: 0 },
    });
    journal.add({ ...trial, number: 3, score: null, state: "failed", error: "x" });
    ({ file } = journal);
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  const of = (space: JournalSpec["vary"]): JournalSpec => ({ ...one, vary: space });

  it("have numbers below 1 and keep their point in the same space", () => {
    const started = readStartTrials(file, one);
    const trials = numberStartTrials([{ name: "earlier", ...started }]);
    assert.deepEqual(
      trials.map(({ number, score }) => [number, score]),
      [
        [-2, 0.9],
        [-1, 0.4],
        [0, null],
      ],
    );
    assert.deepEqual(trials[0]?.point, trial.point);
    assert.deepEqual([started.filled, started.aside, started.strange], [[], [], []]);
  });
  it("use shared settings, with defaults for the others", () => {
    const { batch_size, technique } = vary;
    assert.ok(batch_size && technique);
    const dropout = { space: "uniform", from: 0, to: 0.5, integer: false } as const;
    const started = readStartTrials(file, of({ batch_size, technique, dropout }), { dropout: 0.1 });
    assert.deepEqual(
      started.trials.map(({ point }) => point["dropout"]),
      [0.1, 0.1, 0.1],
    );
    assert.deepEqual(started.filled, ["dropout"]);
    assert.deepEqual([...started.aside].sort(), ["epochs", "optimizer.learning_rate"]);
    assert.equal(started.trials[0]?.values["dropout"], "0.1");
    const text = sweepStartText({ name: "earlier", ...started });
    assert.match(text, /^It starts from 3 trials of earlier, by batch_size, technique/);
    assert.match(text, /dropout didn't vary there/);
    assert.match(text, /varied there alone, and are left aside\.$/);
    // Drawn at random where the definitions give no value in the space: spread out, and reproducible.
    const drawn = readStartTrials(file, of({ batch_size, dropout })).trials.map(({ point }) => point["dropout"]);
    assert.equal(new Set(drawn).size, 3);
    assert.deepEqual(
      readStartTrials(file, of({ batch_size, dropout })).trials.map(({ point }) => point["dropout"]),
      drawn,
    );
  });
  it("match options by value, not by position", () => {
    const started = readStartTrials(file, of({ batch_size: { space: "choice", of: [32, 16] } }));
    assert.deepEqual(
      started.trials.map(({ point }) => point["batch_size"]),
      [1, 1, 1],
    );
    const { trials, strange } = readStartTrials(file, of({ batch_size: { space: "choice", of: [32, 64] } }));
    assert.deepEqual([trials.length, strange.length, strange[0]?.why], [0, 3, "batch_size cannot be 16 in the sweep"]);
  });
  it("report only the scores of the requested goals", () => {
    const goals = [
      { metric: "latency", direction: "minimize" },
      { metric: "f1(macro)", direction: "maximize" },
    ] as const;
    const journal = Journal.open(root, "both", "abd", { vary, goals });
    const reports = [{ step: 1, score: 30 }];
    journal.add({ ...trial, score: 12, scores: [12, 0.7], spread: [2, 0.1], reports });
    journal.add({ ...trial, number: 2, score: null, state: "pruned", reports });
    const told = (wanted: JournalSpec["goals"]) =>
      readStartTrials(journal.file, { vary, goals: wanted }).trials.map(({ score, scores, spread, reports: own }) => ({
        score,
        scores,
        spread,
        own: own?.length,
      }));
    assert.deepEqual(told(one.goals), [
      { score: 0.7, scores: undefined, spread: [0.1], own: undefined },
      { score: null, scores: undefined, spread: undefined, own: undefined },
    ]);
    assert.deepEqual(told([goals[0]])[0], { score: 12, scores: undefined, spread: [2], own: 1 });
    assert.deepEqual(told([...goals].reverse())[0]?.scores, [0.7, 12]);
  });
  it("are rejected if the goal has another metric", () => {
    assert.throws(() => readStartTrials(file, { ...one, goals: [{ metric: "accuracy", direction: "maximize" }] }), {
      code: "no-journal",
    });
  });
});
