/** Intervals and differences: reports where resampling is not informative, and how the intervals were made. */
import assert from "node:assert/strict";
import { pairedSharesInterval } from "#stdlib/statistics/paired-shares.js";
import { measureOf } from "../../../../bench/coverage/rare-rows.js";
import {
  scoreDifference,
  resampleMetrics,
  intervalMethodsText,
  type MeasuredMetric,
} from "#kernel/inference/measuring/comparison.js";

/** A metric that is the mean of the given values per row; not a share. */
function mean(name: string, rows: readonly number[], drawn = true): MeasuredMetric {
  const call = { word: name, kind: "metric", arguments: {} } as const;
  const score = (of: Uint32Array): number => of.reduce((sum, at) => sum + rows[at]!, 0) / of.length;
  const value = score(Uint32Array.from(rows.keys()));
  const resampling = drawn ? ({ unit: "row", units: rows.length, single: false, score } as const) : null;
  return { name, call, value, better: "greater", share: false, resampling };
}
const all = (value: number, rows: number): readonly number[] => new Array<number>(rows).fill(value);
async function between(a: readonly number[], b: readonly number[]) {
  const [first, second] = [mean("f1", a), mean("f1", b)];
  const drawn = await resampleMetrics([first, second]);
  return scoreDifference(drawn.get(first)!, drawn.get(second)!);
}

describe("score difference", () => {
  it("has no interval and no verdict if all resamples agree", async () => {
    assert.deepEqual(await between(all(0, 80), all(1, 80)), { value: 1, interval: null, verdict: null });
    assert.deepEqual(await between(all(1, 80), all(0, 80)), { value: -1, interval: null, verdict: null });
  });
  it("reports no difference for constant equal scores only with enough rows", async () => {
    assert.equal((await between(all(0, 10), all(1, 10))).verdict, null);
    assert.equal((await between(all(1, 10), all(1, 10))).verdict, null);
    const same = { value: 0, interval: null, verdict: "no difference shown" };
    assert.deepEqual(await between(all(1, 30), all(1, 30)), same);
  });
});

describe("score difference of a metric without direction", () => {
  const rate = (rows: readonly number[]): MeasuredMetric => ({ ...mean("selection_rate", rows), better: "none" });
  async function verdict(a: readonly number[], b: readonly number[]) {
    const [first, second] = [rate(a), rate(b)];
    const drawn = await resampleMetrics([first, second]);
    return scoreDifference(drawn.get(first)!, drawn.get(second)!).verdict;
  }
  const some = Array.from({ length: 80 }, (_, i) => i % 2);
  it("is reported as differing, neither better nor worse", async () => {
    assert.equal(await verdict(some, all(1, 80)), "differs");
    assert.equal(await verdict(all(1, 80), some), "differs");
    assert.equal(await verdict(all(0, 80), all(1, 80)), null, "no interval, no verdict");
    assert.equal(await verdict(some, some), "no difference shown");
  });
});

describe("interval method line", () => {
  it("reports none only for metrics that have no interval at all", async () => {
    const mixed = Array.from({ length: 60 }, (_, i) => i % 2);
    const measures = [mean("roc_auc", mixed), mean("roc_auc", all(0.5, 60)), mean("loss", mixed, false)];
    assert.equal(
      intervalMethodsText([...(await resampleMetrics(measures)).values()]),
      "bootstrap of 1,000 draws; none for loss",
    );
  });
});

describe("rate difference of one label", () => {
  const truth = Array.from({ length: 120 }, (_, row) => Number(row % 3 === 0));
  const first = truth.map((label, row) => (row % 7 === 0 ? 1 - label : label));
  const second = first.map((label, row) => (row % 29 === 0 ? 1 - label : label));
  async function differenceOf(word: string, answers: readonly (readonly number[])[]) {
    const measures = await Promise.all(
      answers.map((predicted) =>
        measureOf(
          { name: word, word, given: { of: "yes" } },
          {
            of: "compute",
            input: {
              labels: ["no", "yes"],
              truth: Int32Array.from(truth),
              predicted: Int32Array.from(predicted),
              probabilities: Float64Array.from(predicted.flatMap((one) => [1 - one, one])),
            },
          },
        ),
      ),
    );
    const [one, other] = measures as [MeasuredMetric, MeasuredMetric];
    const drawn = await resampleMetrics(measures);
    return scoreDifference(drawn.get(one)!, drawn.get(other)!);
  }
  const answersOf = (predicted: readonly number[], label: number) =>
    predicted.flatMap((one, row) => (truth[row] === label ? [one] : []));

  it("uses a paired interval over the rows of both rates", async () => {
    for (const [word, rows] of [
      ["false_positive_rate", (predicted: readonly number[]) => answersOf(predicted, 0)],
      ["false_negative_rate", (predicted: readonly number[]) => answersOf(predicted, 1).map((one) => 1 - one)],
      ["selection_rate", (predicted: readonly number[]) => predicted],
    ] as const) {
      const { interval } = await differenceOf(word, [first, second]);
      assert.deepEqual(interval, pairedSharesInterval(rows(first), rows(second)), word);
    }
  });
  it("has a narrower interval for equal predictions than for unrelated ones", async () => {
    const unlike = first.map((_, row) => first[(row + 60) % 120]!);
    const widthOf = async (answers: readonly (readonly number[])[]): Promise<number> => {
      const { interval } = await differenceOf("selection_rate", answers);
      return interval!.high - interval!.low;
    };
    assert.ok((await widthOf([first, first])) < 0.5 * (await widthOf([first, unlike])));
  });
});
