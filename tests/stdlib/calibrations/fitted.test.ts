/**
 * Temperatures compared with SciPy's, thresholds with the best of all by scikit-learn (tests/oracles/calibration.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { CalibrationData } from "#stdlib/calibrations/kind.js";
import type { LabelMetricInput } from "#stdlib/metrics/kind.js";
import { temperature } from "#stdlib/calibrations/temperature.js";
import { threshold } from "#stdlib/calibrations/threshold.js";
import { scaledByTemperature, labelProbabilities } from "#stdlib/calibrations/shared/thresholds.js";
import { registry } from "#stdlib/registry.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { uniform } from "../../oracles/numbers.js";

interface Case {
  readonly several: boolean;
  readonly labels: number;
  readonly scale: number;
  readonly rows: number;
  readonly truth: readonly number[] | readonly (readonly number[])[];
  readonly temperature: number;
  readonly best:
    | readonly (Readonly<Record<"f1" | "accuracy" | "balanced_accuracy", number>> & { readonly label: number })[]
    | null;
}
const cases = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/calibration.json", import.meta.url), "utf8"),
) as readonly Case[];

function decisionsOf({ several, labels, scale, rows, truth }: Case, seed: number): CalibrationData {
  const all = uniform(`calibration/${seed}/logits`, [rows, labels], scale);
  const said = Array.from({ length: rows }, (_, row) => all.slice(row * labels, (row + 1) * labels));
  const names = Array.from({ length: labels }, (_, l) => `l${l}`);
  const right = several
    ? { several: Uint8Array.from(truth.flat()) }
    : { one: Int32Array.from(truth as readonly number[]) };
  return { labels: names, logits: said, truth: right };
}
const call = (kind: string, word: string, given = {}) => ({ kind, word, arguments: given });
const calibrates = call("calibration", "temperature");

describe("calibration fitted after training", () => {
  let f1: Awaited<ReturnType<typeof metricOf>>;
  const metricOf = (name: string) => implementationOf(registry, "metric", name);
  before(async () => void (f1 = await metricOf("f1")));

  it("temperature: matches SciPy to 1e-4", () => {
    for (const [seed, one] of cases.entries()) {
      const found = temperature.fit(calibrates, decisionsOf(one, seed), { before: {}, metric: f1 });
      assert.ok(typeof found === "object" && found.temperature !== undefined, String(found));
      assert.ok(
        Math.abs(found.temperature / one.temperature - 1) < 1e-4,
        `${seed}: ${found.temperature}, not ${one.temperature}`,
      );
    }
  });
  it("threshold: minimizes a metric for which less is better", async () => {
    const error = {
      compute: (_: unknown, { truth, predicted }: LabelMetricInput) =>
        truth.filter((t, i) => t !== predicted[i]).length,
    };
    const accuracy = await metricOf("accuracy");
    const [one] = cases.filter(({ best, several }) => best && !several);
    const fit = call("calibration", "threshold", { metric: call("metric", "accuracy"), of: null });
    const decisions = decisionsOf(one!, cases.indexOf(one!));
    const least = threshold.fit(fit, decisions, { before: {}, metric: error, better: "less" });
    assert.deepEqual(
      least,
      threshold.fit(fit, decisions, { before: {}, metric: { compute: accuracy.compute! }, better: "greater" }),
    );
    assert.notDeepEqual(least, threshold.fit(fit, decisions, { before: {}, metric: error, better: "greater" }));
  });
  it("threshold: is not beaten by any other, for every binary metric", async () => {
    let compared = 0;
    for (const name of ["f1", "accuracy", "balanced_accuracy"] as const) {
      const metric = await metricOf(name);
      for (const [seed, one] of cases.entries()) {
        if (!one.best) continue;
        const decisions = decisionsOf(one, seed);
        const found = threshold.fit(
          call("calibration", "threshold", { metric: call("metric", name), of: null }),
          decisions,
          {
            before: {},
            metric,
          },
        );
        assert.ok(typeof found === "object" && found.thresholds, String(found));
        const shares = labelProbabilities(decisions.logits, decisions.truth);
        for (const { label, ...best } of one.best) {
          const yes = decisions.logits.map((_, row) =>
            one.several
              ? (one.truth as readonly (readonly number[])[])[row]![label]!
              : Number(one.truth[row] === label),
          );
          const least = found.thresholds[`l${label}`]!;
          const predicted = Int32Array.from(yes, (_, row) => Number(shares[row * one.labels + label]! >= least));
          const input = {
            labels: ["no", "yes"],
            truth: Int32Array.from(yes),
            predicted,
            probabilities: new Float64Array(0),
          };
          const score = metric.compute!(call("metric", name, { average: "binary", of: null }), input);
          assert.ok(Math.abs(score - best[name]) < 1e-12, `${name} ${seed} ${label}: ${score}, not ${best[name]}`);
          compared++;
        }
      }
    }
    assert.ok(compared > 60, `${compared} compared`);
  });
  it("threshold: warns of few rows with or without a label, and fits none below five", () => {
    // Of 60 rows, 60 − have have the label `no`.
    const fit = (have: number) => {
      const said = Array.from({ length: 60 }, (_, row) => Float32Array.of(0, row < have ? 1 : -1));
      const one = Int32Array.from(said, (_, row) => Number(row < have));
      const few: unknown[] = [];
      const found = threshold.fit(
        call("calibration", "threshold", { metric: call("metric", "f1") }),
        { labels: ["no", "yes"], logits: said, truth: { one } },
        { before: {}, metric: f1, onFew: (told) => few.push(...told) },
      );
      return { found, few };
    };
    assert.deepEqual(fit(20).few, []);
    const weak = fit(19);
    assert.deepEqual(weak.few, [{ label: "yes", rows: 19, fitted: true }]);
    assert.ok(typeof weak.found === "object" && weak.found.thresholds);
    assert.deepEqual(fit(58).few, [{ label: "yes", rows: 2, fitted: false }]);
    assert.match(String(fit(4).found), /fewer than 5 rows/);
  });
  it("threshold: uses temperature-scaled probabilities, and is the nearest to 0.5 among equals", () => {
    // Each value occurs five times, since no threshold is fitted to fewer.
    const five = <T>(values: readonly T[]): readonly T[] => values.flatMap((one) => new Array<T>(5).fill(one));
    const said = five([-2, -1, 1, 3]).map((logit) => Float32Array.of(0, logit));
    const decisions: CalibrationData = {
      labels: ["no", "yes"],
      logits: said,
      truth: { one: Int32Array.from(five([0, 0, 1, 1])) },
    };
    const fit = (before = {}) =>
      threshold.fit(call("calibration", "threshold", { metric: call("metric", "f1") }), decisions, {
        before,
        metric: f1,
      });
    assert.ok(Math.abs((fit() as { thresholds: { yes: number } }).thresholds.yes - 0.5) < 1e-6);
    const third = (fit({ temperature: 2 }) as { thresholds: { yes: number } }).thresholds.yes;
    assert.ok(Math.abs(third - 0.5) < 1e-7);
    const later: CalibrationData = { ...decisions, truth: { one: Int32Array.from(five([0, 0, 0, 1])) } };
    const of = (temperature: number) =>
      (
        threshold.fit(call("calibration", "threshold", { metric: call("metric", "f1") }), later, {
          before: { temperature },
          metric: f1,
        }) as { thresholds: { yes: number } }
      ).thresholds.yes;
    const share = (logit: number, temperature: number) => 1 / (1 + Math.exp(-logit / temperature));
    for (const one of [1, 4]) assert.ok(Math.abs(of(one) - (share(1, one) + share(3, one)) / 2) < 1e-6, `${of(one)}`);
  });
  it("explains why nothing is fitted if rows are uninformative", () => {
    const said = [Float32Array.of(3, 0), Float32Array.of(0, 2)];
    const right: CalibrationData = { labels: ["a", "b"], logits: said, truth: { one: Int32Array.of(0, 1) } };
    assert.match(String(temperature.fit(calibrates, right, { before: {}, metric: f1 })), /all rows are right/);
    const none: CalibrationData = { ...right, truth: { one: Int32Array.of(0, 0) } };
    const of = call("calibration", "threshold", { metric: call("metric", "f1") });
    assert.match(String(threshold.fit(of, none, { before: {}, metric: f1 })), /fewer than 5 rows are informative/);
    const wrong: CalibrationData = { ...right, truth: { one: Int32Array.of(1, 0) } };
    assert.match(String(temperature.fit(calibrates, wrong, { before: {}, metric: f1 })), /no information/);
    assert.equal(scaledByTemperature(said[0]!, 1), said[0]);
  });

  it("threshold: is the same from counts as from all rows, and fast for many rows", async () => {
    for (const name of ["f1", "accuracy", "precision", "recall"]) {
      const metric = await metricOf(name);
      const byRows = Object.fromEntries(Object.entries(metric).filter(([key]) => key !== "ofYes"));
      for (const [seed, one] of cases.filter(({ rows }) => rows < 400).entries()) {
        const decisions = decisionsOf(one, seed);
        if (!("several" in decisions.truth) && decisions.labels.length !== 2) continue;
        const wanted = call("calibration", "threshold", { metric: call("metric", name), of: null });
        const found = [metric, byRows].map((by) => threshold.fit(wanted, decisions, { before: {}, metric: by }));
        assert.deepEqual(found[0], found[1], `${name} of ${seed}`);
      }
    }
    const rows = 100_000;
    const logits = uniform("calibration/many", [rows, 2], 2);
    const many = {
      labels: ["no", "yes"],
      logits: Array.from({ length: rows }, (_, row) => logits.slice(2 * row, 2 * row + 2)),
      truth: { one: Int32Array.from({ length: rows }, (_, row) => Number(logits[2 * row + 1]! > 1)) },
    };
    const begun = performance.now();
    threshold.fit(call("calibration", "threshold", { metric: call("metric", "f1") }), many, { before: {}, metric: f1 });
    assert.ok(performance.now() - begun < 20_000, "every place was read again for all rows");
  });
});
