/**
 * Forecasts from a sweep over training set sizes: they recover the law, have the right uncertainty, and are displayed.
 */
import assert from "node:assert/strict";
import { hasLearntAnything, forecastTrainedCurve, type TrainedSizeScore } from "#kernel/data/judging/trained-curve.js";
import { learningCurveView, forecastSentence } from "#kernel/display/curves/learning-curve.js";
import { scoresBySize } from "#kernel/study/learning-sizes.js";
import type { TrialRecord } from "#kernel/study/trial.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

const shares = { errors: false, shares: true, scored: 1000, seed: 1 };
const law = (n: number): number => 0.95 - 1.5 * n ** -0.4;
const sizes = [100, 200, 400, 800];
const alone = (of: (n: number) => number, at = sizes): readonly TrainedSizeScore[] =>
  at.map((rows) => ({ rows, score: of(rows), seeds: 1, variance: null }));
const trial = (number: number, values: Readonly<Record<string, string>>, more: Partial<TrialRecord>): TrialRecord => ({
  number,
  values,
  point: {},
  score: 0.5,
  state: "done",
  seconds: 1,
  run: null,
  error: null,
  ...more,
});

describe("learning curve of trainings", () => {
  it("finds the law behind the scores, with wider intervals for farther forecasts", () => {
    const told = forecastTrainedCurve(alone(law), shares)!;
    const { middle, low, high } = told.gain(800, 1600);
    assert.ok(Math.abs(middle - (law(1600) - law(800))) < 0.01, String(middle));
    assert.ok(low < middle && middle < high);
    const far = told.gain(800, 8000);
    assert.ok(far.high - far.low > high - low);
    assert.ok(told.scoreAt(1e9).high <= 1);
  });
  it("covers the true score in about 4 of 5 cases", () => {
    const generator = seededRandom(7);
    const rounds = 40;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      // About half of the scored rows are right or wrong independently of training.
      const scored = (share: number): number => {
        let right = 0;
        for (let i = 0; i < 500; i++) right += Number(drawBelow(generator, 2 ** 30) / 2 ** 30 < share);
        return share + (right / 500 - share) * Math.SQRT1_2;
      };
      const { low, high } = forecastTrainedCurve(
        alone((n) => scored(law(n))),
        { ...shares, scored: 500 },
      )!.gain(800, 1600);
      const came = scored(law(1600)) - law(800);
      held += Number(low <= came && came <= high);
    }
    assert.ok(held >= 0.7 * rounds && held < rounds, `${held} of ${rounds}`);
  });
  it("stays uncertain with few validation rows and different seeds", () => {
    const few = [
      { rows: 33, score: 23 / 44, seeds: 2, variance: 0 },
      { rows: 66, score: 23 / 44, seeds: 2, variance: 0 },
      { rows: 132, score: 0.4432, seeds: 2, variance: 0.0129 },
    ];
    const of = { ...shares, scored: 44 };
    const told = forecastTrainedCurve(few, of)!;
    const { low, high } = told.gain(132, 264);
    assert.ok((high - low) / 2 > 0.05, `± ${String((high - low) / 2)}`);
    assert.match(
      forecastSentence(told, { data: "d", rows: 132, errors: false, metric: "accuracy", measured: "" }),
      /^these scores do not show whether more rows of this kind help \(twice the rows: .* points in accuracy\)$/,
    );
    assert.equal(hasLearntAnything(few, 23 / 44, of), false);
    assert.equal(hasLearntAnything([{ rows: 132, score: 0.8, seeds: 1, variance: null }], 23 / 44, of), true);
    assert.equal(hasLearntAnything([{ rows: 132, score: 24 / 44, seeds: 1, variance: null }], 23 / 44, of), false);
    const losses = { ...of, errors: true, shares: false };
    assert.equal(hasLearntAnything([{ rows: 132, score: 0.5, seeds: 2, variance: 1e-4 }], 0.69, losses), true);
  });
  it("narrows its interval for seeds with similar scores, and widens it otherwise", () => {
    const width = (variance: number): number => {
      const { low, high } = forecastTrainedCurve(
        alone(law).map((one) => ({ ...one, seeds: 3, variance })),
        { ...shares, scored: 1e6 },
      )!.gain(800, 1600);
      return high - low;
    };
    assert.ok(width(1e-6) < width(1e-3));
  });
  it("needs seeds or a fourth size for scores that are not shares, and lets errors decrease", () => {
    const errors = { ...shares, errors: true, shares: false };
    const loss = (n: number): number => 0.3 + 4 * n ** -0.4;
    assert.equal(forecastTrainedCurve(alone(loss, [100, 200, 400]), errors), null);
    const told = forecastTrainedCurve(
      alone((n) => loss(n) + (n === 200 ? 0.01 : 0)),
      errors,
    )!;
    const gain = told.gain(800, 1600);
    assert.ok(gain.middle < 0 && gain.low <= gain.middle && gain.middle <= gain.high);
    assert.ok(told.scoreAt(1e9).low >= 0);
    const of = { data: "tickets", rows: 800, errors: true, shares: false, metric: "loss", measured: "" };
    assert.match(forecastSentence(told, of), /twice the rows: −0\.\d+ ± 0\.\d+ in loss/);
  });
  it("is shown as a figure with a sentence, and as a table", () => {
    const of = {
      data: "tickets",
      rows: 800,
      errors: false,
      shares: true,
      metric: "f1(macro)",
      measured: "the trials of rows",
    };
    const [figure, table] = learningCurveView(forecastTrainedCurve(alone(law), shares)!, of);
    assert.match(
      String(figure?.bundle["text/plain"]),
      /tickets: twice the rows: \+\d\.\d ± \d\.\d points in f1\(macro\)/,
    );
    assert.match(JSON.stringify(table?.bundle), /the trials of rows/);
    const flat = forecastTrainedCurve(
      alone(() => 0.8),
      shares,
    )!;
    assert.match(forecastSentence(flat, of), /more rows of this kind hardly help/);
  });
});

describe("training sizes of a sweep", () => {
  const maximize = { direction: "maximize", repeats: 1 } as const;
  it("are shares or counts of rows, ascending, from completed and scored trials", () => {
    const trials = [
      trial(1, { "split.train": "40%" }, { score: 0.7 }),
      trial(2, { "split.train": "20%" }, { score: 0.6 }),
      trial(3, { "split.train": "800" }, { score: 0.8 }),
      trial(4, { "split.train": "10%" }, { score: null, state: "failed" }),
      trial(5, { "split.train": "5%" }, { score: 0.3, state: "pruned" }),
      trial(6, { "split.train": "odd" }, {}),
    ];
    assert.deepEqual(scoresBySize(trials, 1000, maximize), {
      sizes: [
        { rows: 200, score: 0.6, seeds: 1, variance: null },
        { rows: 400, score: 0.7, seeds: 1, variance: null },
        { rows: 800, score: 0.8, seeds: 1, variance: null },
      ],
      best: false,
    });
  });
  it("count repeated values as seeds, and use the best of other values", () => {
    const at = (rate: string, score: number, more: Partial<TrialRecord> = {}): TrialRecord =>
      trial(1, { "split.train": "20%", rate }, { score, ...more });
    const again = scoresBySize([at("1", 0.5), at("1", 0.7), at("2", 0.55)], 100, maximize);
    assert.equal(again.best, true);
    const [size] = again.sizes;
    assert.deepEqual([size?.rows, size?.seeds], [20, 2]);
    assert.ok(Math.abs(size!.score - 0.6) < 1e-12 && Math.abs(size!.variance! - 0.02) < 1e-12);
    const less = scoresBySize([at("1", 0.5), at("2", 0.4)], 100, { ...maximize, direction: "minimize" });
    assert.equal(less.sizes[0]?.score, 0.4);
    const seeds = scoresBySize([at("1", 0.5, { spread: [0.1] })], 100, { ...maximize, repeats: 3 });
    assert.deepEqual([seeds.sizes[0]?.seeds, Number(seeds.sizes[0]?.variance?.toFixed(6))], [3, 0.01]);
  });
});
