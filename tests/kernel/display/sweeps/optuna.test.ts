/** The data behind the sweep pictures equals what Optuna would draw (tests/oracles/optuna_pictures.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { contourPoints } from "#kernel/display/sweeps/contour.js";
import { empiricalDistributionOf } from "#kernel/display/sweeps/edf.js";
import { bestSoFar, measuredTrialsOf, type SweepGoal, type SweepView } from "#kernel/display/sweeps/view.js";
import { paretoFrontOf } from "#kernel/study/front.js";
import { importancesOf } from "#kernel/study/importances.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";

interface Golden {
  readonly cases: readonly {
    readonly direction: SweepGoal["direction"];
    readonly points: readonly SearchPoint[];
    readonly scores: readonly number[];
    readonly bestSoFar: readonly number[];
    readonly distribution: { readonly x: readonly number[]; readonly y: readonly number[] };
    readonly contour: readonly (readonly [number, number])[];
    readonly importances: Readonly<Record<string, Readonly<Record<string, number>>>>;
  }[];
  readonly fronts: readonly {
    readonly values: readonly (readonly [number, number])[];
    readonly front: readonly number[];
  }[];
}
const file = new URL("../../../../../tests/golden/oracle/optuna_pictures.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

const number = (name: string, from: number, to: number, more: object = {}): SearchDimension =>
  ({ kind: "number", name, from, to, scale: "linear", integer: false, ...more }) as SearchDimension;
/** The dimensions used by the oracle. */
const dimensions: readonly SearchDimension[] = [
  number("rate", 1e-5, 1e-2, { scale: "log" }),
  number("decay", 0, 0.1),
  number("epochs", 1, 6, { integer: true }),
  number("width", 1, 300, { integer: true, scale: "log" }),
  number("warmup", 0, 0.3, { step: 0.05 }),
  number("batch", 8, 64, { step: 8, integer: true }),
  { kind: "choice", name: "technique", size: 3 },
  { kind: "choice", name: "technique/0.rank", size: 4, when: { dimension: "technique", option: 0 } },
  number("technique/1.share", 0.1, 0.9, { when: { dimension: "technique", option: 1 } }),
];
const axes = dimensions.map((dimension) => ({ name: dimension.name, label: dimension.name, dimension, options: [] }));

function near(found: readonly number[], wanted: readonly number[], what: string): void {
  assert.equal(found.length, wanted.length, what);
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - wanted[i]!) <= 1e-9, `${what} ${String(i)}: ${String(value)}, not ${String(wanted[i])}`);
  });
}

describe("sweep charts", () => {
  for (const { direction, points, scores, ...told } of golden.cases) {
    const goal = { direction, metric: "score" };
    const trials = points.map((point, i) => ({
      number: i + 1,
      values: {},
      point,
      score: scores[i]!,
      state: "done" as const,
    }));
    const view: SweepView = { goals: [goal], axes, trials, wanted: null };
    it(`match Optuna's numbers: ${String(points.length)} trials, ${direction}`, () => {
      near(bestSoFar(trials, goal), told.bestSoFar, "best so far");
      const { x, y } = empiricalDistributionOf(scores);
      near(x, told.distribution.x, "scores");
      near(y, told.distribution.y, "share");
      const over = contourPoints(view, axes[0]!, axes[1]!);
      assert.deepEqual(
        over.map((point) => [point.x, point.y]),
        told.contour,
      );
    });
    for (const [quantile, wanted] of Object.entries(told.importances))
      it(`match Optuna's parameter importances: ${String(points.length)} trials, ${direction}, the best ${quantile}`, () => {
        const found = importancesOf(dimensions, measuredTrialsOf(view), Number(quantile));
        const names = Object.keys(wanted).sort();
        const shares = new Map(found.map(({ name, share }) => [name, share]));
        assert.deepEqual([...shares.keys()].sort(), names);
        near(
          names.map((name) => shares.get(name)!),
          names.map((name) => wanted[name]!),
          "importance",
        );
      });
  }
  it("match Optuna's Pareto front, with equal trials together", () => {
    for (const { values, front } of golden.fronts)
      assert.deepEqual(
        paretoFrontOf(values.map(([low, high]) => [-low, high])),
        [...front].sort((a, b) => a - b),
      );
  });
});
