/** Scores that changed, and the comparison of numbers. */
import assert from "node:assert/strict";
import type { ListedScore } from "#kernel/runs/history/newest-scores.js";
import {
  compareNumbers,
  averageStepLosses,
  LOSS_TOLERANCE,
  numberPairsOf,
  type RunNumberPair,
} from "#kernel/runs/record/number-tolerance.js";
import { scoreDifferencesOf } from "#kernel/evaluation/record/moved-scores.js";
import type { RunEvent } from "#kernel/events/events.js";

const score = (value: number | null, o: Partial<ListedScore> = {}): ListedScore => ({
  ...{ metric: "accuracy", value, low: null, high: null, better: "greater", on: "d.test", rows: "h/test" },
  ...{ count: 100, step: 1, at: null },
  ...o,
});
const between = (value: number, wide: number): Partial<ListedScore> => ({ low: value - wide, high: value + wide });

describe("scores compared between two runs", () => {
  it("have a difference with an interval, and a verdict only if the interval excludes 0", () => {
    const verdict = (a: number, b: number, o: Partial<ListedScore> = {}) =>
      scoreDifferencesOf([score(a, { ...between(a, 0.03), ...o })], [score(b, { ...between(b, 0.04), ...o })])
        .moved[0]!;
    const small = verdict(0.8, 0.82);
    assert.ok(Math.abs(small.difference! - 0.02) < 1e-12);
    assert.ok(Math.abs(small.interval!.low - (0.02 - 0.05)) < 1e-12 && Math.abs(small.interval!.high - 0.07) < 1e-12);
    assert.equal(small.verdict, "no difference shown");
    assert.equal(verdict(0.8, 0.9).verdict, "better");
    assert.equal(verdict(0.8, 0.9, { better: "less" }).verdict, "worse");
  });
  it("have no verdict without intervals, and no difference for values that are not numbers", () => {
    const [plain] = scoreDifferencesOf([score(0.5)], [score(0.6)]).moved;
    assert.deepEqual([plain?.interval, plain?.verdict], [null, null]);
    assert.equal(scoreDifferencesOf([score(null)], [score(0.6)]).moved[0]?.difference, null);
  });
  it("are matched on the same rows if possible, and marked otherwise", () => {
    const there = [score(0.9, { rows: "other/test" }), score(0.7)];
    const [one, ...rest] = scoreDifferencesOf([score(0.6)], there).moved;
    assert.deepEqual([one?.there.value, one?.sameRows, rest.length], [0.7, true, 0]);
    assert.equal(scoreDifferencesOf([score(0.6)], there.slice(0, 1)).moved[0]?.sameRows, false);
    const lone = scoreDifferencesOf([score(0.6, { metric: "f1(macro)" })], [score(0.5)]);
    assert.deepEqual([lone.moved.length, lone.here.length, lone.there.length], [0, 1, 1]);
  });
});

describe("numbers compared between two trainings", () => {
  const loss = (then: number, now: number): RunNumberPair => ({ what: "loss of step 1", sort: "loss", then, now });
  it("are compared to the last bit", () => {
    const same = compareNumbers([loss(0.5, 0.5), loss(Number.NaN, Number.NaN)]);
    assert.deepEqual([same.exact, same.losses, same.beyond.length], [true, 2, 0]);
    const near = compareNumbers([loss(0.5, 0.5), loss(1, 1 + Number.EPSILON)]);
    assert.deepEqual([near.exact, near.first?.now, near.beyond.length], [false, 1 + Number.EPSILON, 0]);
  });
  it("have a relative tolerance for losses, and a tolerance in predictions for scores", () => {
    assert.equal(compareNumbers([loss(1, 1 + 0.9 * LOSS_TOLERANCE.relative)]).beyond.length, 0);
    assert.equal(compareNumbers([loss(1, 1 + 1.2 * LOSS_TOLERANCE.relative)]).beyond.length, 1);
    assert.equal(compareNumbers([loss(0, Number.NaN)]).beyond.length, 1);
    const of = (rows: number): RunNumberPair => ({ what: "accuracy", sort: "score", then: 0.8, now: 0.75, rows });
    assert.equal(compareNumbers([of(40)]).beyond.length, 0, "two of 40 answers turned");
    assert.equal(compareNumbers([of(400)]).beyond.length, 1);
  });
  it("with redrawn rows are compared by mean loss, within random variation", () => {
    const step = (n: number, then: number, now: number): RunNumberPair => ({
      ...loss(then, now),
      what: `loss of step ${String(n)}`,
    });
    const all = averageStepLosses(
      [step(1, 0.7, 0.4), step(2, 0.5, 0.9), loss(0.6, 0.61)].map((one, i) =>
        i === 2 ? { ...one, what: "validation loss at step 2" } : one,
      ),
    );
    assert.deepEqual(
      all.map(({ what, then, now }) => [what, then, now]),
      [
        ["mean loss of 2 steps", 0.6, 0.65],
        ["validation loss at step 2", 0.6, 0.61],
      ],
    );
    assert.equal(compareNumbers(all, true).beyond.length, 0);
    assert.equal(compareNumbers(all).beyond.length, 2);
    const of = (now: number, rows: number): RunNumberPair => ({
      what: "accuracy",
      sort: "score",
      then: 0.8,
      now,
      rows,
    });
    assert.equal(compareNumbers([of(0.65, 100)], true).beyond.length, 0);
    assert.equal(compareNumbers([of(0.55, 100), of(0.7, 1000)], true).beyond.length, 2);
    assert.equal(compareNumbers([loss(0.5, 0.8)], true).beyond.length, 1);
  });
  it("are paired by step and split", () => {
    const at = { at: "2026-01-01T00:00:00.000Z", run: "r" };
    const step = (n: number, value: number): RunEvent => ({
      ...{ ...at, kind: "step", step: n, epoch: 1, tokens: 1, loss: value, rate: 1, norm: 1, seconds: 1 },
    });
    const said = (n: number, accuracy: number): RunEvent => ({
      ...{ ...at, kind: "evaluated", step: n, split: "validation", metrics: { loss: 0.3, accuracy } },
    });
    const numbers = numberPairsOf([step(1, 0.7), step(2, 0.6), said(2, 0.9)], [step(2, 0.61), said(2, 0.8)], 10);
    assert.deepEqual(
      numbers.map(({ what, then, now }) => [what, then, now]),
      [
        ["loss of step 2", 0.6, 0.61],
        ["validation loss at step 2", 0.3, 0.3],
        ["validation accuracy at step 2", 0.9, 0.8],
      ],
    );
  });
});
