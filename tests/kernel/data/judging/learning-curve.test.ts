/**
 * The learning curve's probe equals a ridge regression; the fitted law recovers the law that generated the scores; the
 * sentence shown matches the forecast.
 */
import assert from "node:assert/strict";
import { GrowingRidgeProbe } from "#kernel/data/judging/growing-probe.js";
import { measureLearningCurve, geometricSizes } from "#kernel/data/judging/learning-curve.js";
import { forecastLearningCurve } from "#kernel/data/judging/power-law.js";
import { standardiseFeatures } from "#kernel/data/judging/ridge.js";
import { learningCurveView, forecastSentence } from "#kernel/display/curves/learning-curve.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

const generator = seededRandom(3);
const uniform = (): number => drawBelow(generator, 2 ** 30) / 2 ** 30;
const rows = (count: number, from = 0): Uint32Array => Uint32Array.from({ length: count }, (_, i) => from + i);

/** Scores of draws that follow a law up to random noise. */
function lawful(law: (n: number) => number, scored: number) {
  return geometricSizes(50, 800, 7).map((size) => ({
    rows: size,
    rowScores: Array.from({ length: 8 }, () =>
      Float32Array.from({ length: scored }, (_, row) =>
        Number((row + 0.5) / scored < law(size) + 0.02 * (uniform() - 0.5)),
      ),
    ),
  }));
}

describe("growing ridge probe", () => {
  it("equals ridge regression on all rows seen", () => {
    const vectors = Array.from({ length: 30 }, () => Float32Array.from({ length: 2 }, () => uniform() - 0.5));
    const numbers = Float64Array.from(vectors, ([x, y]) => 2 * x! - y! + 3);
    const probe = new GrowingRidgeProbe(standardiseFeatures(vectors), { numbers });
    probe.learn(rows(10));
    probe.learn(rows(10, 10));
    const parts = probe.scoreRows(rows(10, 20));
    const whole = new GrowingRidgeProbe(standardiseFeatures(vectors), { numbers });
    whole.learn(rows(20));
    assert.deepEqual(parts, whole.scoreRows(rows(10, 20)));
    // Gradient descent on the same loss: squared errors plus 3 · 3 times squared weights.
    const { values } = standardiseFeatures(vectors);
    const w = [0, 0, 0];
    const said = (row: number): number => w.reduce((sum, one, i) => sum + one * values[row * 3 + i]!, 0);
    for (let step = 0; step < 4000; step++) {
      const slope = w.map((one, i) => (i < 2 ? 9 * one : 0));
      for (let row = 0; row < 20; row++)
        for (let i = 0; i < 3; i++) slope[i]! += (said(row) - numbers[row]!) * values[row * 3 + i]!;
      slope.forEach((s, i) => (w[i]! -= 0.01 * s));
    }
    parts.forEach((off, i) => assert.ok(Math.abs(off - Math.abs(said(20 + i) - numbers[20 + i]!)) < 1e-4));
  });
  it("predicts labels better from more rows, and never trains on scored rows", async () => {
    const labels = Int32Array.from({ length: 400 }, () => drawBelow(generator, 2));
    const vectors = Array.from(labels, (label) =>
      Float32Array.from({ length: 24 }, () => (label === 1 ? 0.35 : -0.35) + 4 * (uniform() - 0.5)),
    );
    const fold = { learnt: rows(200), scored: rows(200, 200) };
    const o = { sizes: [10, 40, 200], draws: 4, seed: 1 };
    const measured = await measureLearningCurve(standardiseFeatures(vectors), { labels, count: 2 }, [fold], o);
    const means = measured.map(
      ({ rowScores: said }) => said.flatMap((one) => [...one]).reduce((a, b) => a + b, 0) / 800,
    );
    assert.ok(means[0]! < means[1]! && means[1]! < means[2]!, means.join());
    const random = Int32Array.from(labels, () => drawBelow(generator, 2));
    const blind = await measureLearningCurve(standardiseFeatures(vectors), { labels: random, count: 2 }, [fold], o);
    const luck = blind[2]!.rowScores[0]!.reduce((a, b) => a + b, 0) / 200;
    assert.ok(luck > 0.35 && luck < 0.65, String(luck));
  });
});

describe("power-law forecast of scores", () => {
  it("recovers the law that generated the scores", () => {
    for (const [a, b, c] of [
      [0.95, 1.5, 0.5],
      [0.9, 0.8, 0.3],
    ] as const) {
      const law = (n: number): number => a - b * n ** -c;
      const told = forecastLearningCurve(lawful(law, 2000), { errors: false, seed: 1 });
      const { low, middle, high } = told.scoreAt(3200);
      assert.ok(Math.abs(middle - law(3200)) < 0.012 && high - low < 0.05, `${String(middle)}, ${String(law(3200))}`);
      assert.ok(low <= law(3200) && law(3200) <= high);
      assert.ok(Math.abs(told.gain(800, 1600).middle - (law(1600) - law(800))) < 0.01);
    }
  });
  it("treats errors as decreasing, with a minimum of 0", () => {
    const sizes = lawful((n) => 0.1 + 2 * n ** -0.5, 2000);
    const told = forecastLearningCurve(sizes, { errors: true, seed: 1 });
    assert.ok(told.gain(800, 1600).middle < 0 && told.scoreAt(1e9).low >= 0);
    assert.match(
      forecastSentence(told, { data: "d", rows: 800, errors: true, measured: "" }),
      /^twice the rows: −0\.0\d+ ± 0\.0\d+ in/,
    );
  });
  it("reports little gain from more rows for a flat curve, and the gain otherwise", () => {
    const of = { data: "d", rows: 800, errors: false, measured: "" };
    const flat = forecastLearningCurve(
      lawful(() => 0.8, 2000),
      { errors: false, seed: 1 },
    );
    assert.match(
      forecastSentence(flat, of),
      /^more rows of this kind hardly help \(twice the rows: [+−]0\.\d ± \d\.\d points\)$/,
    );
    const steep = forecastLearningCurve(
      lawful((n) => 0.95 - 4 * n ** -0.5, 2000),
      { errors: false, seed: 1 },
    );
    assert.match(forecastSentence(steep, of), /^twice the rows: \+[345]\.\d ± \d\.\d points$/);
    const told = learningCurveView(steep, of).map(({ bundle }) => String(bundle["text/plain"]));
    assert.equal(told.join("\n").split(forecastSentence(steep, of)).length, 2, "the sentence stands there once");
  });
});
