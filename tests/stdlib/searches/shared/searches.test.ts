/** The computations of searches, compared with Optuna 5 and SciPy (tests/oracles/optuna_searches.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { SearchDimension, StudyTrial } from "#stdlib/searches/kind.js";
import { paretoFronts } from "#stdlib/searches/shared/pareto/fronts.js";
import { hypervolume } from "#stdlib/searches/shared/pareto/hypervolume.js";
import { selectByHypervolume, referencePoint } from "#stdlib/searches/shared/pareto/subset.js";
import { sobolBits } from "#stdlib/searches/shared/sobol/sequence.js";
import { logDensity, parzenEstimatorOf } from "#stdlib/searches/shared/tpe/parzen.js";
import { goodTrialCount, isInformativeTrial, splitTrials } from "#stdlib/searches/shared/tpe/split.js";

type Rows = readonly (readonly number[])[];
interface Golden {
  readonly parzen: readonly {
    readonly dimensions: readonly SearchDimension[];
    readonly observed: Rows;
    readonly alike: boolean;
    readonly asked: Rows;
    readonly weights: readonly number[];
    readonly widths: readonly (readonly number[] | null)[];
    readonly densities: readonly number[];
  }[];
  readonly fronts: readonly {
    readonly points: Rows;
    readonly ranks: readonly number[];
    readonly reference: readonly number[];
    readonly volume: number;
    readonly front: Rows;
    readonly chosen: readonly number[];
  }[];
  readonly splits: readonly {
    readonly objectives: number;
    readonly trials: readonly Omit<StudyTrial, "point">[];
    readonly wanted: number;
    readonly good: readonly number[];
    readonly others: readonly number[];
  }[];
  readonly good: readonly (readonly [count: number, one: number, several: number])[];
  readonly sobol: Rows;
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../../tests/golden/oracle/searches.json", import.meta.url), "utf8"),
) as Golden;

function near(found: number, wanted: number, within: number, what: string): void {
  assert.ok(Math.abs(found - wanted) <= within * Math.max(1, Math.abs(wanted)), `${what}: ${found}, not ${wanted}`);
}

describe("Parzen estimators", () => {
  it("match Optuna's weights, widths and densities", () => {
    for (const { dimensions, observed, alike, asked, weights, widths, densities } of golden.parzen) {
      const made = parzenEstimatorOf(dimensions, observed, alike ? observed.map(() => 1) : undefined);
      const what = `${dimensions.map((d) => d.name).join()} of ${observed.length}`;
      weights.forEach((weight, i) => near(made.weights[i]!, weight, 1e-12, `${what}: weight ${i}`));
      widths.forEach((column, i) => {
        const own = made.columns[i]!;
        column?.forEach((width, k) =>
          near(own.is === "number" ? own.widths[k]! : NaN, width, 1e-12, `${what}: width ${k}`),
        );
      });
      asked.forEach((row, i) => near(logDensity(made, row), densities[i]!, 1e-9, `${what}: density of ${row.join()}`));
    }
  });
});

describe("multi-objective losses", () => {
  it("have the same fronts and hypervolumes as in Optuna", () => {
    for (const { points, ranks, reference, volume } of golden.fronts) {
      const fronts = paretoFronts(points);
      assert.deepEqual(
        points.map((_, i) => fronts.findIndex((front) => front.includes(i))),
        ranks,
      );
      referencePoint(points).forEach((loss, i) => near(loss, reference[i]!, 1e-15, "reference"));
      near(hypervolume(points, reference), volume, 1e-12, "volume");
    }
  });

  it("select the same subset of a front as Optuna", () => {
    for (const { front, chosen, reference } of golden.fronts)
      assert.deepEqual(
        [...selectByHypervolume(front, chosen.length, reference)].sort((a, b) => a - b),
        chosen,
      );
  });

  it("count equal points once, and ignore points worse than the reference", () => {
    assert.equal(
      hypervolume(
        [
          [0, 0, 0],
          [0, 0, 0],
          [2, -5, 0],
        ],
        [1, 1, 1],
      ),
      1,
    );
    assert.equal(hypervolume([], [1, 1]), 0);
    assert.equal(hypervolume([[0, 0]], [Infinity, 1]), Infinity);
    assert.deepEqual(
      selectByHypervolume(
        [
          [1, 1],
          [1, 1],
          [0, 2],
        ],
        2,
        [3, 3],
      ),
      [2, 0],
    );
  });
});

describe("trial selection", () => {
  it("splits good trials from others like Optuna", () => {
    for (const { objectives, trials, wanted, good, others } of golden.splits) {
      const whole = trials.map((trial) => ({
        ...trial,
        point: {},
        reports: trial.reports.map(({ step, score }) => ({ step, score: score ?? NaN })),
      }));
      const split = splitTrials(whole.filter(isInformativeTrial), objectives, wanted);
      assert.deepEqual(
        { good: split.good.map((t) => t.number), others: split.others.map((t) => t.number) },
        { good, others },
      );
    }
  });

  it("selects as many good trials as Optuna", () => {
    for (const [count, one, several] of golden.good)
      assert.deepEqual([goodTrialCount(count, 1), goodTrialCount(count, 2)], [one, several]);
  });
});

describe("Sobol sequence", () => {
  it("equals SciPy's without scrambling", () => {
    // SciPy's points are in Gray-code order.
    golden.sobol.forEach((point, n) => {
      const own = point.map((_, dimension) => sobolBits(n ^ (n >> 1), dimension) >>> 0);
      assert.deepEqual(own, point);
    });
  });
});
