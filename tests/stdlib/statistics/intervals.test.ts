/** Intervals compared with scipy's, and properties that hold for any rows. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import {
  bootstrapScores,
  RESAMPLE_COUNT,
  type BootstrapScorer,
  generateResamples,
} from "#stdlib/statistics/bootstrap.js";
import { precisionRecallAndF1 } from "#stdlib/statistics/label-rates.js";
import { regularizedIncompleteBeta, midPInterval } from "#stdlib/statistics/mid-p.js";
import { pairedSharesInterval } from "#stdlib/statistics/paired-shares.js";
import { percentileInterval } from "#stdlib/statistics/percentiles.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { areaWithPlacements } from "#stdlib/metrics/shared/rare-areas.js";
import { averagePrecisionInfluences } from "#stdlib/metrics/shared/rare-precision.js";
import { registry } from "#stdlib/registry.js";
import {
  labelsResampler,
  numbersResampler,
  resamplingOf,
  metricResampleScorer,
} from "#stdlib/metrics/shared/resampled-outcomes.js";
import { seededRandom } from "#stdlib/statistics/chance.js";

interface Ends {
  readonly low: number;
  readonly high: number;
}
type Made = Ends & { readonly deviation: number };
type Case = Readonly<Record<string, unknown>> & { readonly predicted: readonly (readonly number[])[] };
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/intervals.json", import.meta.url), "utf8"),
) as {
  readonly wilson: readonly (Ends & { readonly hits: number; readonly of: number })[];
  readonly mid_p: readonly (Ends & { readonly hits: number; readonly of: number })[];
  readonly beta: readonly { readonly x: number; readonly a: number; readonly b: number; readonly below: number }[];
  readonly rankings: readonly {
    readonly truth: readonly number[];
    readonly said: readonly number[];
    readonly roc_auc: number;
    readonly placements: readonly number[];
    readonly average_precision: number;
    readonly influences: readonly number[];
  }[];
  readonly labels: readonly (Case & { readonly true: readonly number[]; readonly labels: number })[];
  readonly numbers: readonly (Case & { readonly truth: readonly number[] })[];
};
const metric = async (word: string) => (await registry.find("metric", word)!.load!()) as MetricImplementation;

/**
 * Both intervals are random, so their ends may differ by four of their own deviations. For shares, one row (`step`) is
 * allowed in addition.
 */
function near(got: Ends | null, want: Made, what: string, step = 0): void {
  assert.ok(got, what);
  const room =
    4 * want.deviation * Math.sqrt(0.025 * 0.975 * (1 / RESAMPLE_COUNT + 1 / 5000)) * (1 / 0.0584) + step + 1e-9;
  for (const end of ["low", "high"] as const)
    assert.ok(Math.abs(got[end] - want[end]) <= room, `${what}: ${end} ${got[end]}, scipy says ${want[end]} ± ${room}`);
}

/** Returns the intervals of both models and of the difference. */
async function intervalsOf(pair: readonly BootstrapScorer[]): Promise<readonly (Ends | null)[]> {
  const [first, second] = await bootstrapScores(pair, { now: () => 0 });
  assert.equal(first!.length, RESAMPLE_COUNT);
  const difference = second!.map((score, i) => score - first![i]!);
  return [first!, second!, difference].map(percentileInterval);
}

describe("confidence intervals", () => {
  it("match SciPy for Wilson", () => {
    for (const { hits, of, low, high } of golden.wilson) {
      const got = wilsonInterval(hits, of);
      assert.ok(Math.abs(got.low - low) < 1e-12 && Math.abs(got.high - high) < 1e-12, `${hits} of ${of}`);
    }
  });

  it("match SciPy's 2.5 % binomial tails for mid-P, and its beta function", () => {
    for (const { hits, of, low, high } of golden.mid_p) {
      const got = midPInterval(hits, of);
      assert.ok(Math.abs(got.low - low) < 1e-11 && Math.abs(got.high - high) < 1e-11, `${hits} of ${of}`);
    }
    for (const { x, a, b, below } of golden.beta)
      assert.ok(Math.abs(regularizedIncompleteBeta(x, a, b) - below) < 1e-9);
  });

  it("match SciPy and scikit-learn for row contributions to ROC AUC and average precision", () => {
    for (const { truth, said, ...want } of golden.rankings) {
      const [is, by] = [Uint8Array.from(truth), Float64Array.from(said)];
      const { area, parts, have } = areaWithPlacements(is, by);
      assert.ok(Math.abs(area - want.roc_auc) < 1e-12);
      want.placements.forEach((placement, row) => {
        const part = (placement - area) / (truth[row] === 1 ? have : truth.length - have);
        assert.ok(Math.abs(parts[row]! - part) < 1e-12, `placement of row ${row}`);
      });
      const precision = averagePrecisionInfluences(is, by);
      assert.ok(Math.abs(precision.score - want.average_precision) < 1e-12);
      want.influences.forEach((one, row) =>
        assert.ok(Math.abs(precision.parts[row]! - one) < 1e-6, `influence of row ${row}`),
      );
    }
  });

  it("match SciPy's bootstrap within chance: labels, and paired differences", async () => {
    for (const [seed, c] of golden.labels.entries())
      for (const [name, word, given] of [
        ["accuracy", "accuracy", {}],
        ["f1(macro)", "f1", { average: "macro", of: null }],
      ] as const) {
        const implementation = await metric(word);
        const call: Call = { kind: "metric", word, arguments: given };
        const labels = Array.from({ length: c.labels }, (_, i) => String(i));
        const pair = c.predicted.map((predicted) => {
          const input = {
            labels,
            truth: Int32Array.from(c.true),
            predicted: Int32Array.from(predicted),
            probabilities: new Float32Array(0),
          };
          return resamplingOf(
            predicted.length,
            metricResampleScorer(implementation, call, "compute", input, labelsResampler(input)),
          )!;
        });
        const got = await intervalsOf(pair);
        const want = [...(c[name] as readonly Made[]), c[`difference of ${name}`] as Made];
        want.forEach((ends, i) => near(got[i]!, ends, `${name} ${i} of ${seed}`, 1.01 / c.true.length));
      }
  });

  it("match SciPy's bootstrap within chance: numbers, and paired differences", async () => {
    for (const [seed, c] of golden.numbers.entries())
      for (const word of ["mean_absolute_error", "root_mean_squared_error", "spearman"]) {
        const implementation = await metric(word);
        const call: Call = { kind: "metric", word, arguments: {} };
        const pair = c.predicted.map((predicted) => {
          const input = { truth: Float64Array.from(c.truth), predicted: Float64Array.from(predicted) };
          return resamplingOf(
            predicted.length,
            metricResampleScorer(implementation, call, "ofNumbers", input, numbersResampler(input)),
          )!;
        });
        const got = await intervalsOf(pair);
        const want = [...(c[word] as readonly Made[]), c[`difference of ${word}`] as Made];
        want.forEach((ends, i) => near(got[i]!, ends, `${word} ${i} of ${seed}`));
      }
  });

  it("are the same if a cell runs twice, and differ for other rows", async () => {
    const score = (drawn: Uint32Array): number => drawn.reduce((sum, row) => sum + row, 0) / drawn.length;
    const of = (units: number) => resamplingOf(units, score)!;
    const [once, again, other] = await bootstrapScores([of(30), of(30), of(31)]);
    const [later] = await bootstrapScores([of(30)]);
    assert.deepEqual(once, again);
    assert.deepEqual(once, later);
    assert.notDeepEqual(percentileInterval(once!), percentileInterval(other!));
  });

  it("draw all rows evenly", () => {
    const [n, times] = [7, 4000];
    const counts = new Array<number>(n).fill(0);
    const draws = generateResamples(n);
    for (let r = 0; r < times; r++) for (const row of draws.next().value) counts[row]!++;
    // χ² with 6 degrees of freedom exceeds 22.5 once in a thousand times.
    const chiSquared = counts.reduce((sum, count) => sum + (count - times) ** 2 / times, 0);
    assert.ok(chiSquared < 22.5, `${counts.join(" ")}: ${chiSquared}`);
  });

  it("use fewer resamples for many rows, and are omitted for a very slow metric or a single unit", async () => {
    let clock = 0;
    const taking = (ms: number, units = 20) =>
      resamplingOf(units, () => {
        clock += ms;
        return clock;
      })!;
    const many = [20_000, 40_000, 100_000, 300_000].map((units) => taking(0, units));
    const made = await bootstrapScores([taking(0.5), taking(29), taking(31), taking(0, 1), ...many], {
      now: () => clock,
    });
    assert.deepEqual(
      made.map((scores) => scores.length),
      [1000, 1000, 0, 0, 1000, 500, 200, 100],
    );
  });

  it("stop on an interrupt", async () => {
    const stop = new AbortController();
    const slow = resamplingOf(10, () => {
      for (const end = performance.now() + 8; performance.now() < end;);
      return 1;
    })!;
    setTimeout(() => stop.abort(), 30);
    await assert.rejects(bootstrapScores([slow], { signal: stop.signal }), { name: "AbortError" });
  });

  it("ignore undefined scores as long as they are few", () => {
    const scores = Array.from({ length: 1000 }, (_, i) => i);
    const { low, high } = percentileInterval(scores)!;
    assert.ok(Math.abs(low - 24.975) < 1e-9 && Math.abs(high - 974.025) < 1e-9);
    assert.ok(percentileInterval(scores.map((score) => (score % 20 === 0 ? Number.NaN : score))));
    assert.equal(percentileInterval(scores.map((score) => (score % 5 === 0 ? Number.NaN : score))), null);
    assert.equal(percentileInterval([]), null);
  });
});

describe("intervals of paired differences in shares", () => {
  const table = (both: number, one: number, other: number, neither: number) => {
    const rows = (counts: readonly (readonly [number, number])[]) =>
      counts.flatMap(([count, value]) => new Array<number>(count).fill(value));
    return [
      rows([
        [both, 1],
        [one, 0],
        [other, 1],
        [neither, 0],
      ]),
      rows([
        [both, 1],
        [one, 1],
        [other, 0],
        [neither, 0],
      ]),
    ] as const;
  };

  it("mirror when models are swapped, contain the difference and stay within −1 … 1", () => {
    for (const counts of [
      [20, 12, 2, 16],
      [0, 5, 0, 0],
      [10, 0, 0, 0],
      [3, 1, 2, 0],
      [900, 30, 10, 60],
    ] as const) {
      const [first, second] = table(counts[0], counts[1], counts[2], counts[3]);
      const [to, back] = [pairedSharesInterval(first, second), pairedSharesInterval(second, first)];
      const n = first.length;
      const difference = (counts[1] - counts[2]) / n;
      assert.ok(Math.abs(to.low + back.high) < 1e-12 && Math.abs(to.high + back.low) < 1e-12);
      assert.ok(to.low <= difference && difference <= to.high && to.low >= -1 && to.high <= 1, counts.join());
    }
  });
  it("are not narrower than McNemar's test allows if few rows differ", () => {
    // Exact test: 4 of 4 gives p = 0.125, 6 of 6 gives p = 0.031.
    const [first, second] = table(16, 4, 0, 0);
    assert.ok(pairedSharesInterval(first, second).low < 0);
    const [third, fourth] = table(34, 6, 0, 0);
    assert.ok(pairedSharesInterval(third, fourth).low > 0);
  });
  it("cover the true difference about 95 % of the time", () => {
    const generator = seededRandom(7);
    const random = () => (generator.next() >>> 0) / 2 ** 32;
    for (const [n, hard, p, q] of [
      [30, 0.5, 0.9, 0.7],
      [60, 0.2, 0.95, 0.95],
      [100, 0.7, 0.6, 0.5],
    ] as const) {
      // Each row is hard for both models or for neither, so their mistakes are correlated.
      const right = (share: number, isHard: boolean) => (random() < (isHard ? share / 2 : share) ? 1 : 0);
      const truth = q * (1 - hard / 2) - p * (1 - hard / 2);
      let held = 0;
      for (let trial = 0; trial < 2000; trial++) {
        const rows = Array.from({ length: n }, () => random() < hard);
        const [first, second] = [rows.map((h) => right(p, h)), rows.map((h) => right(q, h))];
        const { low, high } = pairedSharesInterval(first, second);
        if (low <= truth && truth <= high) held++;
      }
      assert.ok(held / 2000 > 0.935 && held / 2000 < 0.99, `n ${n}: ${held / 2000}`);
    }
  });
});

describe("intervals of label metrics", () => {
  it("use mid-P for precision and recall, and cover the true F1 at the nominal rate", () => {
    const { precision, recall } = precisionRecallAndF1({ hit: 57, given: 61, have: 60 });
    assert.deepEqual(
      [precision, recall],
      [
        { value: 57 / 61, ...midPInterval(57, 61) },
        { value: 57 / 60, ...midPInterval(57, 60) },
      ],
    );
    // Decisions about a label that a share `has`: a share `found` of these rows gets it, and a share `more` of the
    // other rows too.
    for (const [has, found, more] of [
      [0.5, 0.8, 0.2],
      [0.1, 0.6, 0.02],
      [0.3, 0.95, 0.01],
    ] as const) {
      const [hits, given] = [has * found, has * found + (1 - has) * more];
      const truth = (2 * hits) / (given + has);
      const generator = seededRandom(3, has);
      const draw = () => (generator.next() >>> 0) / 2 ** 32;
      const trials = 2000;
      let held = 0;
      for (let trial = 0; trial < trials; trial++) {
        const counts = { hit: 0, given: 0, have: 0 };
        for (let row = 0; row < 300; row++) {
          const have = draw() < has;
          const said = draw() < (have ? found : more);
          counts.have += Number(have);
          counts.given += Number(said);
          counts.hit += Number(have && said);
        }
        const { f1 } = precisionRecallAndF1(counts);
        if (f1 && f1.low <= truth && truth <= f1.high) held++;
      }
      assert.ok(
        held / trials > 0.93 && held / trials < 0.97,
        `${String(held)} of ${String(trials)} at ${String(truth)}`,
      );
    }
  });

  it("are absent for a label never predicted nor present, and reach above 0 for one never found", () => {
    assert.deepEqual(precisionRecallAndF1({ hit: 0, given: 0, have: 0 }), { precision: null, recall: null, f1: null });
    const { precision, recall, f1 } = precisionRecallAndF1({ hit: 0, given: 0, have: 5 });
    assert.equal(precision, null);
    assert.deepEqual([recall!.value, recall!.low, f1!.value, f1!.low], [0, 0, 0, 0]);
    assert.ok(f1!.high > 0.5 && f1!.high < 1);
  });
});
