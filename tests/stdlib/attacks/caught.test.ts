/**
 * Membership inference: curves and figures compared with scikit-learn's (tests/golden/oracle/attacks.json, by
 * tests/oracles/attacks.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  membershipRocCurve,
  chanceAdvantageBound,
  chanceDetectionRate,
  membershipFigures,
  membershipIntervals,
} from "#stdlib/attacks/shared/membership-curve.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

interface Case {
  readonly members: readonly number[];
  readonly others: readonly number[];
  readonly alarms: number;
  readonly fpr: readonly number[];
  readonly tpr: readonly number[];
  readonly area: number;
  readonly advantage: number;
  readonly caught: number;
}
const cases = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/attacks.json", import.meta.url), "utf8"),
) as readonly Case[];

describe("membership inference metrics", () => {
  it("match the curve, area and rates of scikit-learn", () => {
    for (const one of cases) {
      const curve = membershipRocCurve(Float64Array.from(one.members), Float64Array.from(one.others));
      const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-12, `${String(a)} and ${String(b)}`);
      assert.equal(curve.others.length, one.fpr.length);
      one.fpr.forEach((share, i) => near(curve.others[i]!, share));
      one.tpr.forEach((share, i) => near(curve.members[i]!, share));
      const figures = membershipFigures(curve, one.alarms);
      for (const name of ["area", "advantage", "caught"] as const) near(figures[name], one[name]);
    }
  });

  it("have intervals that contain the true area, and are narrower for more rows", () => {
    const normal = (n: number, shift: number, seed: number): Float64Array => {
      const random = seededRandom(seed, n);
      const uniform = (): number => (drawBelow(random, 1_000_000) + 1) / 1_000_001;
      return Float64Array.from(
        { length: n },
        () => shift + Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
      );
    };
    // For two normal distributions whose means differ by one, the area is Φ(1 / √2).
    const truth = 0.7602;
    const few = membershipIntervals(normal(100, 1, 1), normal(100, 0, 2), 0.01).area!;
    const many = membershipIntervals(normal(1600, 1, 1), normal(1600, 0, 2), 0.01).area!;
    for (const { low, high } of [few, many]) assert.ok(low < truth && truth < high, `${String(low)} … ${String(high)}`);
    const ratio = (few.high - few.low) / (many.high - many.low);
    assert.ok(ratio > 3 && ratio < 5.5, String(ratio));
  });

  it("report the detection rate by chance and a rarely exceeded bound, for few and many non-members", () => {
    const random = seededRandom(12);
    const uniform = (n: number): Float64Array => Float64Array.from({ length: n }, () => drawBelow(random, 2 ** 30));
    for (const [members, others] of [
      [400, 100],
      [400, 99],
      [300, 500],
    ] as const) {
      const { value, most } = chanceDetectionRate(members, others, 0.01);
      const caught = Array.from(
        { length: 600 },
        () => membershipFigures(membershipRocCurve(uniform(members), uniform(others)), 0.01).caught,
      );
      const mean = caught.reduce((sum, one) => sum + one, 0) / caught.length;
      // Six standard errors of the mean; the deviation of one value is about the mean itself.
      assert.ok(Math.abs(mean - value) < (6 * value) / Math.sqrt(600), `${String(mean)} and ${String(value)}`);
      const over = caught.filter((one) => one > most).length;
      assert.ok(over >= 3 && over <= 32, `${String(over)} of 600, of which 2.5 % are 15`);
    }
  });

  it("report a bound that the advantage by chance rarely exceeds", () => {
    const most = chanceAdvantageBound(200, 300);
    const random = seededRandom(11);
    const uniform = (n: number): Float64Array => Float64Array.from({ length: n }, () => drawBelow(random, 2 ** 30));
    const over = Array.from(
      { length: 400 },
      () => membershipFigures(membershipRocCurve(uniform(200), uniform(300)), 0.01).advantage,
    ).filter((advantage) => advantage > most).length;
    assert.ok(over >= 6 && over <= 32, `${String(over)} of 400, of which 5 % are 20`);
  });
});
