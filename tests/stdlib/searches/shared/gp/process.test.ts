/**
 * Gaussian processes compared with scikit-learn's (tests/oracles/processes.py), and every derivative with finite
 * differences.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fitProcessSettings, fitProcess } from "#stdlib/searches/shared/gp/fit.js";
import { logImprovementAt } from "#stdlib/searches/shared/gp/improvement.js";
import {
  predictProcess,
  logLikelihoodSlope,
  processLogLikelihood,
  gaussianProcessOf,
  type ProcessRows,
  type ProcessSettings,
} from "#stdlib/searches/shared/gp/process.js";
import { uniform } from "#tests/oracles/numbers.js";

interface Case {
  readonly width: number;
  readonly count: number;
  readonly scale: number;
  readonly noise: number;
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly likelihood: number;
  readonly slope: readonly number[];
}
const golden = fileURLToPath(new URL("../../../../../../tests/golden/oracle/processes.json", import.meta.url));
const cases = JSON.parse(readFileSync(golden, "utf8")) as readonly Case[];

function rowsNamed(name: string, count: number, width: number): readonly Float64Array[] {
  const all = uniform(name, [count, width], 1);
  return Array.from({ length: count }, (_, i) => Float64Array.from(all.subarray(i * width, (i + 1) * width)));
}
function near(found: number, wanted: number, within: number, what: string): void {
  assert.ok(Math.abs(found - wanted) <= within * Math.max(1, Math.abs(wanted)), `${what}: ${found}, not ${wanted}`);
}
/** Rows of two numbers and a choice of three, with values that depend on them. */
function mixed(count: number): { readonly rows: ProcessRows; readonly values: Float64Array } {
  const rows = rowsNamed("mixed/rows", count, 3).map((row) =>
    row.map((x, d) => (d === 2 ? Math.floor(1.5 * (x + 1)) : (x + 1) / 2)),
  );
  const values = Float64Array.from(rows, ([a, b, c]) => Math.sin(5 * a!) + b! * b! + (c === 1 ? 0.5 : 0));
  return { rows: { rows, choices: [false, false, true] }, values };
}
const settingsOf = (x: readonly number[]): ProcessSettings => ({
  weights: Float64Array.from(x.slice(0, -2), Math.exp),
  scale: Math.exp(x.at(-2)!),
  noise: Math.exp(x.at(-1)!),
});

describe("Gaussian processes", () => {
  for (const one of cases)
    it(`match scikit-learn over ${one.count} rows of ${one.width} numbers`, () => {
      const { width, count } = one;
      const rows = rowsNamed(`processes/${width}/rows`, count, width);
      const values = Float64Array.from(uniform(`processes/${width}/values`, [count], 1));
      const weights = Float64Array.from(
        uniform(`processes/${width}/lengths`, [width], 1),
        (x) => (0.3 + Math.abs(x)) ** -2,
      );
      const process = gaussianProcessOf(
        { rows, choices: rows[0]!.length ? Array<boolean>(width).fill(false) : [] },
        values,
        {
          ...one,
          weights,
        },
      );
      rowsNamed(`processes/${width}/asked`, 7, width).forEach((row, i) => {
        const { mean, variance } = predictProcess(process, row);
        near(mean, one.mean[i]!, 1e-9, "mean");
        near(variance, one.variance[i]!, 1e-9, "variance");
      });
      near(processLogLikelihood(process, values), one.likelihood, 1e-10, "likelihood");
      const slope = logLikelihoodSlope(process);
      // scikit-learn's slopes are with respect to scale, lengths (the weights are the lengths to the power −2) and
      // noise.
      const own = [slope[width]!, ...Array.from(slope.subarray(0, width), (g) => -2 * g), slope[width + 1]!];
      own.forEach((g, i) => near(g, one.slope[i]!, 1e-8, `slope ${i}`));
    });

  it("have likelihood gradients that match finite differences, also for choices", () => {
    const { rows, values } = mixed(20);
    const x = [0.5, -1, 0.3, 0.2, -4];
    const at = (y: readonly number[]): number =>
      processLogLikelihood(gaussianProcessOf(rows, values, settingsOf(y)), values);
    const slope = logLikelihoodSlope(gaussianProcessOf(rows, values, settingsOf(x)));
    x.forEach((_, i) => {
      const moved = (by: number): readonly number[] => x.map((v, j) => (j === i ? v + by : v));
      near(slope[i]!, (at(moved(1e-5)) - at(moved(-1e-5))) / 2e-5, 1e-6, `slope ${i}`);
    });
  });

  it("have expected-improvement gradients that match finite differences, also where it vanishes", () => {
    const { rows, values } = mixed(15);
    const process = gaussianProcessOf(rows, values, settingsOf([1, 0, 0, 0, -6]));
    for (const best of [0.5, Math.max(...values), 30])
      for (const asked of rowsNamed("mixed/asked", 5, 3)) {
        const row = asked.map((v, d) => (d === 2 ? 1 : (v + 1) / 2));
        const slope = new Float64Array(3);
        logImprovementAt(process, best, row, slope);
        for (const d of [0, 1]) {
          const moved = (by: number): Float64Array => row.map((v, j) => (j === d ? v + by : v));
          const wanted =
            (logImprovementAt(process, best, moved(1e-6)) - logImprovementAt(process, best, moved(-1e-6))) / 2e-6;
          near(slope[d]!, wanted, 1e-4, `${best} ${d}`);
        }
      }
  });

  it("find more likely settings, and predict unseen values", () => {
    const { rows, values } = mixed(60);
    const first = { rows: rows.rows.slice(0, 45), choices: rows.choices };
    const told = values.slice(0, 45);
    const begun = settingsOf([0, 0, 0, 0, Math.log(0.02)]);
    const found = fitProcessSettings(first, told);
    assert.ok(
      processLogLikelihood(gaussianProcessOf(first, told, found), told) >
        processLogLikelihood(gaussianProcessOf(first, told, begun), told) + 5,
    );
    // The first number matters more than the second.
    assert.ok(found.weights[0]! > found.weights[1]!);
    const process = fitProcess(first, told);
    const off = rows.rows.slice(45).map((row, i) => Math.abs(predictProcess(process, row).mean - values[45 + i]!));
    assert.ok(Math.max(...off) < 0.15, String(Math.max(...off)));
  });

  it("tolerate identical rows and identical values", () => {
    const rows = Array.from({ length: 12 }, (_, i) => Float64Array.of(i % 2, 0.5));
    const same = fitProcess({ rows, choices: [true, false] }, new Float64Array(12));
    assert.ok(Math.abs(predictProcess(same, Float64Array.of(2, 0.1)).mean) < 1e-9);
  });
});
