/** Ranking curves compared with scikit-learn's, and the areas that remain after curves are thinned for drawing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  simplifyPolyline,
  simplifyStepCurve,
  meanPolyline,
  meanStepCurve,
} from "#stdlib/metrics/shared/curve-means.js";
import { rocAndPrecisionCurves, type PlotCurve, type RocAndPrecisionCurves } from "#stdlib/metrics/shared/curves.js";
import { computeReliability } from "#stdlib/metrics/shared/reliability.js";

interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}
interface Golden {
  readonly truth: readonly number[];
  readonly said: readonly number[];
  readonly roc: Points;
  readonly area: number;
  readonly precision: Points;
  readonly average_precision: number;
  readonly calibration: readonly {
    readonly bins: number;
    readonly true: readonly number[];
    readonly said: readonly number[];
  }[];
}
const goldens = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/curves.json", import.meta.url), "utf8"),
) as readonly Golden[];

function near(found: ArrayLike<number>, wanted: readonly number[], what: string): void {
  assert.equal(found.length, wanted.length, what);
  wanted.forEach((value, i) => assert.ok(Math.abs(found[i]! - value) < 1e-12, `${what} ${String(i)}`));
}
const curvesOf = ({ truth, said }: Pick<Golden, "truth" | "said">): RocAndPrecisionCurves =>
  rocAndPrecisionCurves(
    truth.length,
    (at) => truth[at] === 1,
    (at) => said[at]!,
  )!;
const below = ({ x, y }: PlotCurve): number =>
  x.reduce((sum, right, i) => (i === 0 ? 0 : sum + ((right - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2), 0);
const stairs = ({ x, y }: PlotCurve): number => x.reduce((sum, right, i) => sum + (right - (x[i - 1] ?? 0)) * y[i]!, 0);
/** Many rows, in which the positive ones tend to have higher scores. */
const many = (rows: number, seed: number): Pick<Golden, "truth" | "said"> => {
  const truth = Array.from({ length: rows }, (_, i) => Number((i * 7919 + seed * 31) % 10 < 3));
  return { truth, said: truth.map((t, i) => t * 0.3 * Math.sin(i) ** 2 + Math.abs(Math.sin(i * 12.9898 + seed))) };
};

describe("ranking curves", () => {
  it("match scikit-learn's points and areas", () => {
    goldens.forEach((golden, i) => {
      const { roc, area, precision, averagePrecision } = curvesOf(golden);
      near(roc.x, golden.roc.x, `roc x of ${String(i)}`);
      near(roc.y, golden.roc.y, `roc y of ${String(i)}`);
      near(precision.x, golden.precision.x, `recall of ${String(i)}`);
      near(precision.y, golden.precision.y, `precision of ${String(i)}`);
      near([area, averagePrecision], [golden.area, golden.average_precision], `areas of ${String(i)}`);
    });
  });

  it("are null if all rows have the same truth", () => {
    assert.equal(curvesOf({ truth: [1, 1], said: [0.2, 0.3] } as never), null);
    assert.equal(curvesOf({ truth: [0, 0], said: [0.2, 0.3] } as never), null);
  });

  it("have the reported area when simplified to few points for a chart", () => {
    for (const rows of [300, 20_000]) {
      const { roc, area, precision, averagePrecision } = curvesOf(many(rows, 1));
      const [line, steps] = [simplifyPolyline(roc, 200), simplifyStepCurve(precision, 200)];
      assert.ok(line.x.length <= 200 && steps.x.length <= 200);
      assert.ok(Math.abs(below(line) - area) < 2e-4, `${String(below(line))} for ${String(area)}`);
      assert.ok(Math.abs(stairs(steps) - averagePrecision) < 1e-9, `${String(stairs(steps))}`);
      assert.deepEqual([line.x[0], line.y[0], line.x.at(-1), line.y.at(-1)], [0, 0, 1, 1]);
    }
  });

  it("have a mean curve whose area is the mean of their areas", () => {
    const all = [40, 700, 3000].map((rows, seed) => curvesOf(many(rows, seed)));
    const mean = (of: (one: RocAndPrecisionCurves) => number): number =>
      all.reduce((sum, one) => sum + of(one), 0) / all.length;
    const line = meanPolyline(all.map(({ roc }) => roc));
    assert.ok(Math.abs(below(line) - mean(({ area }) => area)) < 1e-9);
    assert.ok(Math.abs(line.y.at(-1)! - 1) < 1e-9);
    const steps = meanStepCurve(
      all.map(({ precision }) => precision),
      100,
    );
    assert.ok(Math.abs(stairs(steps) - mean(({ averagePrecision }) => averagePrecision)) < 1e-9);
  });
});

describe("reliability diagram", () => {
  it("has the bins of scikit-learn's calibration_curve", () => {
    goldens.forEach(({ truth, said, calibration }, i) => {
      for (const golden of calibration) {
        const found = computeReliability(truth.length, {
          bins: golden.bins,
          scoreAt: (at) => said[at]!,
          true: (at) => truth[at] === 1,
        });
        const name = `${String(golden.bins)} bins of ${String(i)}`;
        near(
          found.bins.map((bin) => bin.true),
          golden.true,
          name,
        );
        near(
          found.bins.map((bin) => bin.said),
          golden.said,
          name,
        );
        assert.equal(
          found.bins.reduce((sum, { count }) => sum + count, 0),
          truth.length,
        );
      }
    });
  });
});
