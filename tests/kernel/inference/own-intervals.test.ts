/**
 * Intervals of scores that are biased under resampling, messages where there is none, and cancellation of metrics on
 * long texts.
 */
import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import {
  scoreDifference,
  resampleMetrics,
  intervalMethodsText,
  type ResampledScore,
  type MeasuredMetric,
} from "#kernel/inference/measuring/comparison.js";
import { measureMetric } from "#kernel/inference/measuring/measure-metric.js";
import { measureSlice } from "#kernel/inference/measuring/slices.js";
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { labelsResampler, resamplingOf, metricResampleScorer } from "#stdlib/metrics/shared/resampled-outcomes.js";
import { calibrationError } from "#stdlib/metrics/calibration_error.run.js";
import { registry } from "#stdlib/registry.js";

const call = (word: string, given: Call["arguments"] = {}): Call => ({ kind: "metric", word, arguments: given });
const nothing = { measure: () => Number.NaN, resampling: () => null };
const written = (texts: readonly string[]): GeneratedTextMetricInput => ({
  written: texts,
  targets: texts.map(() => "a b"),
});
async function drawnOf(...measures: readonly MeasuredMetric[]): Promise<readonly ResampledScore[]> {
  const drawn = await resampleMetrics(measures);
  return measures.map((measure) => drawn.get(measure)!);
}
/** Two labels. The model is right as often as its confidence says; `less` lowers the reported confidence. */
function calibrated(rows: number, seed: number, less = 0): MeasuredMetric {
  const g = seededRandom(seed, 1);
  const uniform = (): number => ((g.next() >>> 0) + 0.5) / 2 ** 32;
  const sure = Float64Array.from({ length: rows }, () => 0.6 + 0.4 * uniform());
  const input = {
    labels: ["a", "b"],
    truth: Int32Array.from(sure, (one) => (uniform() < one ? 0 : 1)),
    predicted: new Int32Array(rows),
    probabilities: Float64Array.from([...sure].flatMap((one) => [one - less, 1 - one + less])),
  };
  const own = call("calibration_error", { bins: 15 });
  const sampler = metricResampleScorer(calibrationError, own, "compute", input, labelsResampler(input));
  return {
    ...{
      name: own.word,
      call: own,
      value: calibrationError.compute!(own, input),
      better: "less",
      share: false,
    },
    resampling: resamplingOf(rows, sampler),
  };
}

describe("intervals of metrics biased by resampling", function () {
  this.timeout(60_000);
  it("contain the score for distinct, by the jackknife", async () => {
    const g = seededRandom(3, 3);
    for (const kinds of [12, 60, 100]) {
      const word = (): string => `w${String((g.next() >>> 0) % kinds)}`;
      const texts = Array.from({ length: 60 }, () => Array.from({ length: 12 }, word).join(" "));
      const measure = await measureMetric(registry, call("distinct", { words: 2 }), nothing, { texts: written(texts) });
      const [drawn] = await drawnOf(measure);
      const { value, interval, by } = drawn!.score;
      assert.ok(
        interval && interval.low <= value && value <= interval.high,
        `${String(value)}: ${JSON.stringify(interval)}`,
      );
      assert.equal(by, "jackknife");
      assert.equal(intervalMethodsText([drawn!]), "jackknife (distinct(2))");
    }
  });
  it("of calibration_error contain the true value of zero for a calibrated model", async () => {
    let held = 0;
    for (let seed = 0; seed < 60; seed++) {
      const [drawn] = await drawnOf(calibrated(500, seed));
      const { interval, value } = drawn!.score;
      assert.ok(interval && interval.low <= value && value <= interval.high);
      held += Number(interval.low === 0);
    }
    assert.ok(held >= 56, `${String(held)} of 60`);
  });
  it("show a difference of calibration_error only if there is one", async () => {
    const [good, like, bad] = await drawnOf(calibrated(2000, 1), calibrated(2000, 2), calibrated(2000, 1, 0.2));
    assert.equal(scoreDifference(good!, bad!).verdict, "worse");
    assert.equal(scoreDifference(good!, like!).verdict, "no difference shown");
  });
  it("of a subset are computed from its rows", async () => {
    const whole = calibrated(400, 9);
    const rows = Uint32Array.from({ length: 100 }, (_, i) => 2 * i);
    const [part] = measureSlice([whole], { name: "a", rows }, 400);
    const [own] = await drawnOf(part!);
    assert.deepEqual(own!.score.interval, whole.resampling!.interval!.intervalOf(rows));
  });
  it("are absent, with a reason, if resamples miss the score or would take too long", async () => {
    const value = 0.5;
    const bent: MeasuredMetric = {
      ...{ name: "bent", call: call("bent"), value, better: "greater", share: false },
      resampling: { unit: "row", units: 100, single: false, score: (drawn) => 0.1 + drawn[0]! / 1000 },
    };
    const [drawn] = await drawnOf(bent);
    assert.equal(drawn!.score.interval, null);
    assert.equal(intervalMethodsText([drawn!]), "none for bent, which draws with repetition bend");
    assert.equal(
      intervalMethodsText([{ ...drawn!, score: { ...drawn!.score, without: "slow" } }]),
      "none for bent, whose resampling would take more than half a minute",
    );
  });
});

describe("metrics of many texts", () => {
  it("stop between two rows when aborted", async () => {
    const text = Array.from({ length: 400 }, (_, i) => `w${String((i * 7919) % 97)}`);
    const texts = {
      written: Array<string>(2000).fill(text.join(" ")),
      targets: Array<string>(2000).fill(text.toReversed().join(" ")),
    };
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const begun = performance.now();
    await assert.rejects(measureMetric(registry, call("ter"), nothing, { texts, signal: stop.signal }), /abort/i);
    assert.ok(performance.now() - begun < 20_000);
  }).timeout(30_000);
});
