/** Intervals of scores with one rare label: how often they contain the true value, and when no interval is shown. */
import assert from "node:assert/strict";
import { coveredIn } from "../../../../bench/coverage/rare.js";
import { measureOf, metricsOf, SETTINGS } from "../../../../bench/coverage/rare-rows.js";
import { scoreDifference, resampleMetrics, intervalMethodsText } from "#kernel/inference/measuring/comparison.js";
import { measureSlice } from "#kernel/inference/measuring/slices.js";
import { precisionRecallAndF1 } from "#stdlib/statistics/label-rates.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";

const labels = ["fine", "fraud"];
/** Returns rows with true and predicted labels; `sure`: score of the second label per row. */
function answered(truth: readonly number[], predicted: readonly number[], sure: readonly number[] = predicted) {
  const input = {
    labels,
    truth: Int32Array.from(truth),
    predicted: Int32Array.from(predicted),
    probabilities: Float64Array.from(sure.flatMap((one) => [1 - one, one])),
  };
  return { of: "compute", input } as const;
}
const asked = (word: string, given = {}) => ({ name: word, word, given });
const times = (count: number, value: number): readonly number[] => Array<number>(count).fill(value);

describe("interval for a rare label", () => {
  const [setting] = SETTINGS;
  it("covers the true value in at least 93 of 100 sets, for scores and differences", async function () {
    this.timeout(60_000);
    const metrics = metricsOf(setting!).filter(({ word }) => word !== "accuracy");
    assert.ok(metrics.length >= 9);
    for (const { asked: one, score, difference: apart } of await coveredIn(setting!, metrics, {
      sets: 100,
      rows: 60_000,
    })) {
      assert.ok(score.given >= 97 && score.held >= 0.93 * score.given, `${one.name}: ${score.held} of ${score.given}`);
      assert.ok(apart.held >= 0.93 * apart.given, `${one.name}, differences: ${apart.held} of ${apart.given}`);
    }
  });

  it("uses MOVER below 200 rows of a label and the bootstrap from 200 on", async () => {
    for (const [rows, by] of [
      [199, "MOVER"],
      [200, "bootstrap"],
    ] as const) {
      const truth = [...times(250, 0), ...times(rows, 1)];
      const measure = await measureOf(
        asked("balanced_accuracy"),
        answered(
          truth,
          truth.map((own, i) => (i % 7 ? own : 0)),
        ),
      );
      const score = mustExist((await resampleMetrics([measure])).get(measure), "a score").score;
      assert.equal(score.by, by);
    }
  });

  it("extends below a perfect score", async () => {
    const truth = [...times(95, 0), ...times(5, 1)];
    for (const word of ["balanced_accuracy", "roc_auc", "average_precision", "matthews_correlation", "cohen_kappa"]) {
      const measure = await measureOf(asked(word), answered(truth, truth));
      const { interval } = mustExist((await resampleMetrics([measure])).get(measure), "a score").score;
      assert.ok(interval && interval.low < 0.8 && interval.high === 1, `${word}: ${JSON.stringify(interval)}`);
    }
  });

  it("narrows below a perfect score as rows increase, and is no narrower below a worse score", async () => {
    const words = ["balanced_accuracy", "roc_auc", "average_precision", "matthews_correlation", "cohen_kappa"];
    for (const word of words) {
      let before = 0;
      for (const rare of [5, 9, 18, 20, 30, 35, 36, 44, 60, 99, 150]) {
        const truth = [...times(3 * rare, 0), ...times(rare, 1)];
        const perfect = truth.map((own, row) => own - (own ? row : -row) / 1e6);
        const least = async (sure: readonly number[], isPerfect: boolean): Promise<number> => {
          const measure = await measureOf(asked(word), answered(truth, truth, sure));
          const { interval } = mustExist((await resampleMetrics([measure])).get(measure), "a score").score;
          assert.ok(interval && interval.high <= 1, `${word} of ${rare}: ${JSON.stringify(interval)}`);
          if (isPerfect) assert.equal(interval.high, 1);
          return interval.low;
        };
        const low = await least(perfect, true);
        assert.ok(low > before && low < 0.995, `${word} of ${rare}: ${before} and ${low}`);
        before = low;
        // The last of the rare rows scores below the last of the other rows.
        const beneath = (3 * rare - 1.5) / 1e6;
        const worse = await least(
          perfect.map((sure, row) => (row === truth.length - 1 ? beneath : sure)),
          false,
        );
        assert.ok(worse <= low, `${word} of ${rare}: ${worse} after ${low}`);
      }
    }
  });

  it("of a difference stays within the metric's range", async () => {
    const truth = [...times(12, 0), ...times(6, 1)];
    const right = truth.map((own, row) => (row === 0 ? 1 - own : own));
    const wrong = truth.map((own, row) => (row === 17 ? own : 1 - own));
    for (const word of ["matthews_correlation", "cohen_kappa", "balanced_accuracy"]) {
      const pair = [
        await measureOf(asked(word), answered(truth, wrong)),
        await measureOf(asked(word), answered(truth, right)),
      ];
      const drawn = await resampleMetrics(pair);
      const [first, second] = pair.map((measure) => mustExist(drawn.get(measure), "a score"));
      const { value, interval } = scoreDifference(first!, second!);
      const most = word === "balanced_accuracy" ? 1 : 2;
      assert.ok(
        interval && interval.high <= most + 1e-9 && interval.low < value,
        `${word}: ${JSON.stringify(interval)}`,
      );
    }
  });

  it("is the same in the score table and the label table", async () => {
    const truth = [...times(60, 0), ...times(20, 1)];
    const predicted = truth.map((own, row) => (row % 9 === 0 ? 1 - own : own));
    const hit = truth.filter((own, row) => own === 1 && predicted[row] === 1).length;
    const rates = precisionRecallAndF1({ hit, given: predicted.filter((one) => one === 1).length, have: 20 });
    for (const word of ["precision", "recall", "f1"] as const) {
      const measure = await measureOf(asked(word, { average: "auto", of: "fraud" }), answered(truth, predicted));
      const { interval } = mustExist((await resampleMetrics([measure])).get(measure), "a score").score;
      const own = rates[word];
      assert.ok(own && interval, word);
      assert.ok(Math.abs(own.low - interval.low) + Math.abs(own.high - interval.high) < 1e-9, word);
    }
  });

  it("is absent, with a reason and no verdict, for a label without rows", async () => {
    const one = asked("recall", { average: "auto", of: "fraud" });
    const pair = [
      await measureOf(one, answered(times(40, 0), times(40, 0))),
      await measureOf(one, answered(times(40, 0), times(40, 1))),
    ] as const;
    const drawn = await resampleMetrics(pair);
    const [first, second] = pair.map((measure) => mustExist(drawn.get(measure), "a score"));
    assert.deepEqual([first!.score.interval, first!.score.few], [null, { label: "fraud", rows: 0, needed: 1 }]);
    assert.equal(intervalMethodsText([first!]), "no interval for recall: 0 rows of “fraud”; 1 is needed");
    assert.deepEqual(scoreDifference(first!, second!), { value: 0, interval: null, verdict: null });
    const precision = await measureOf(
      asked("precision", { average: "auto", of: "fraud" }),
      answered([0, 1, 1], [0, 0, 0]),
    );
    assert.match(
      intervalMethodsText([mustExist((await resampleMetrics([precision])).get(precision), "a score")]),
      /0 rows predicted as “fraud”/,
    );
  });

  it("of a subset of rows equals that of these rows alone", async () => {
    const truth = Array.from({ length: 120 }, (_, i) => Number(i % 10 === 0));
    const predicted = truth.map((own, i) => (i % 20 === 0 ? 0 : own));
    const rows = Uint32Array.from({ length: 60 }, (_, i) => i);
    const whole = await measureOf(asked("f1", { average: "macro" }), answered(truth, predicted));
    const alone = await measureOf(
      asked("f1", { average: "macro" }),
      answered(truth.slice(0, 60), predicted.slice(0, 60)),
    );
    const [part] = measureSlice([whole], { name: "first", rows }, 120);
    const drawn = await resampleMetrics([mustExist(part, "a part"), alone]);
    assert.deepEqual(drawn.get(mustExist(part, "a part"))!.score, drawn.get(alone)!.score);
  });

  it("separates two models only if they differ by more than chance", async () => {
    const truth = [...times(90, 0), ...times(10, 1)];
    const verdict = async (first: readonly number[], second: readonly number[]) => {
      const pair = [
        await measureOf(asked("balanced_accuracy"), answered(truth, first)),
        await measureOf(asked("balanced_accuracy"), answered(truth, second)),
      ] as const;
      const drawn = await resampleMetrics(pair);
      return scoreDifference(drawn.get(pair[0])!, drawn.get(pair[1])!).verdict;
    };
    const one = truth.with(99, 0);
    assert.equal(await verdict(truth, truth), "no difference shown");
    assert.equal(await verdict(one, truth), "no difference shown");
    assert.equal(await verdict(times(100, 0), truth), "better");
    assert.equal(await verdict(truth, times(100, 0)), "worse");
  });
});
