/** Rates of one label compared with fairlearn: over all rows and in each slice. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, LabelMetricInput } from "#stdlib/metrics/kind.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";
import { labelsResampler } from "#stdlib/metrics/shared/resampled-outcomes.js";
import { registry } from "#stdlib/registry.js";

interface Golden {
  readonly cases: readonly {
    readonly labels: number;
    readonly true: readonly number[];
    readonly predicted: readonly number[];
    readonly part: readonly number[];
    readonly rates: readonly {
      readonly name: string;
      readonly positive: number;
      readonly overall: number;
      readonly parts: readonly number[];
    }[];
  }[];
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/rates.json", import.meta.url), "utf8"),
) as Golden;
const called = (word: string, of: string | null): Call => ({ kind: "metric", word, arguments: { of } });
const metric = async (word: string) =>
  (await registry.find("metric", word)!.load!()) as Required<Pick<MetricImplementation, "compute" | "ofLabelSets">> &
    MetricImplementation;
const outcome = (
  labels: readonly string[],
  truth: readonly number[],
  predicted: readonly number[],
): LabelMetricInput => ({
  ...{ labels, truth: Int32Array.from(truth), predicted: Int32Array.from(predicted) },
  probabilities: new Float32Array(),
});

describe("rate metrics of one label", () => {
  it("match fairlearn, over all rows and in each slice", async () => {
    for (const one of cases) {
      const labels = Array.from({ length: one.labels }, (_, i) => `label ${String(i)}`);
      const input = outcome(labels, one.true, one.predicted);
      for (const { name, positive, overall, parts } of one.rates) {
        const { compute, samplers } = await metric(name);
        const call = called(name, labels[positive]!);
        const score = samplers?.compute?.(call, input) ?? ((rows) => compute(call, labelsResampler(input)(rows)));
        const rowsOf = (part: number): Uint32Array =>
          Uint32Array.from(one.part.flatMap((is, row) => (is === part ? [row] : [])));
        assert.ok(Math.abs(compute(call, input) - overall) < 1e-12, name);
        for (const [part, expected] of parts.entries())
          assert.ok(Math.abs(score(rowsOf(part)) - expected) < 1e-12, `${name} of part ${String(part)}`);
      }
    }
  });
  it("use the second of two labels unless another is named", async () => {
    const { compute } = await metric("selection_rate");
    const input = outcome(["no", "yes"], [0, 0, 0, 0], [1, 0, 0, 0]);
    assert.equal(compute(called("selection_rate", null), input), 0.25);
    assert.equal(compute(called("selection_rate", "no"), input), 0.75);
  });
  it("are the same for label sets, column by column", async () => {
    const [labels, truth, predicted] = [
      ["a", "b"],
      [0, 1, 1, 0, 1],
      [1, 1, 0, 0, 1],
    ];
    const other = [1, 0, 1, 0, 1];
    const column = (rows: readonly number[]) => Uint8Array.from(rows.flatMap((value, i) => [other[i]!, value]));
    const sets = { labels, truth: column(truth), predicted: column(predicted), probabilities: new Float32Array() };
    for (const word of ["selection_rate", "false_positive_rate", "false_negative_rate"]) {
      const { compute, ofLabelSets } = await metric(word);
      const call = called(word, "b");
      assert.equal(ofLabelSets(call, sets), compute(call, outcome(labels, truth, predicted)), word);
    }
  });
  it("are undefined, with the reason, if no row has the required truth", async () => {
    for (const [word, label] of [
      ["false_negative_rate", "yes"],
      ["false_positive_rate", "no"],
    ] as const) {
      const { compute, why } = await metric(word);
      const input = outcome(["no", "yes"], [0, 0, 0], [1, 0, 0]);
      assert.equal(compute(called(word, label), input), Number.NaN);
      assert.match(why?.compute?.(called(word, label), input) ?? "", new RegExp(label));
    }
  });
  it("have Wilson intervals over the relevant rows only", async () => {
    const input = outcome(["no", "yes"], [0, 0, 0, 0, 1, 1], [1, 0, 0, 0, 1, 0]);
    const interval = (await metric("false_positive_rate")).samplers?.compute?.(
      called("false_positive_rate", "yes"),
      input,
    ).interval;
    assert.equal(interval?.by, "Wilson");
    assert.deepEqual(interval.intervalOf(Uint32Array.of(0, 1, 2, 3, 4, 5)), wilsonInterval(1, 4));
    assert.equal(interval.intervalOf(Uint32Array.of(4, 5)), null);
  });
});
