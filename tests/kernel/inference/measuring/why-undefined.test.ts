/** Every metric that can be undefined for some outcomes explains why. */
import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import { undefinedMetricReason } from "#kernel/inference/measuring/measure-metric.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { registry } from "#stdlib/registry.js";

const numbers = (truth: readonly number[], predicted: readonly number[]) => ({
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(predicted),
});
const labels = ["bad", "good", "odd"];
const labelled = (truth: readonly number[], n: number) => ({
  labels: labels.slice(0, n),
  truth: Int32Array.from(truth),
  predicted: Int32Array.from(truth),
  probabilities: new Float32Array(truth.length * n).fill(1 / n),
});
const sets = (truth: readonly number[], n: number) => ({
  ...{ labels: labels.slice(0, n), truth: Uint8Array.from(truth), predicted: Uint8Array.from(truth) },
  probabilities: new Float32Array(truth.length).fill(0.5),
});
const strange = "the prediction is not a number";

describe("reason for an undefined metric", () => {
  const cases: readonly (readonly [string, keyof MetricImplementation, unknown, string | null, string?])[] = [
    ["spearman", "ofNumbers", numbers([3, 3, 3], [1, 2, 3]), "every row has the score 3"],
    ["spearman", "ofNumbers", numbers([1, 2, 3], [0.5, 0.5, 0.5]), "the prediction is 0.5 for every row"],
    ["pearson", "ofNumbers", numbers([3, 3], [1, 2]), "every row has the score 3"],
    ["pearson", "ofNumbers", numbers([3], [1]), "a single row has no correlation"],
    ["pearson", "ofNumbers", numbers([1, 2], [1, Number.NaN]), strange],
    ["r2", "ofNumbers", numbers([1], [1]), "one row does not vary"],
    ["r2", "ofNumbers", numbers([], []), "there are no rows"],
    ["roc_auc", "compute", labelled([1, 1], 2), "every row is “good”", "macro"],
    ["roc_auc", "compute", labelled([0, 0, 1], 3), "no row is “odd”", "macro"],
    ["roc_auc", "ofLabelSets", sets([1, 0, 1, 1], 2), "every row is “bad”", "macro"],
    ["roc_auc", "ofLabelSets", sets([1, 0, 0, 0, 1, 0], 3), "no row is “odd”", "macro"],
    [
      ...(["roc_auc", "ofPairs"] as const),
      { labels: ["other", "same"], same: Uint8Array.of(1, 1), similarity: Float64Array.of(0.1, 0.2) },
      "every row is “same”",
    ],
    ["word_error_rate", "ofWritten", { written: ["a"], targets: [" "] }, "no target has a word"],
    [
      "entity_f1",
      "ofTags",
      { scheme: "none", truth: [["a"]], predicted: [["a"]] },
      "tags of no scheme mark no entities",
    ],
    ["matthews_correlation", "compute", labelled([], 2), "there are no rows"],
    ["loss", "ofTokens", { loss: Number.NaN, tokens: 3 }, strange],
    ["loss", "ofLoss", Number.NaN, strange],
  ];
  for (const [word, sort, input, why, average] of cases)
    it(`${word}: ${why}`, async () => {
      const metric = (await registry.find("metric", word)!.load!()) as MetricImplementation;
      const call: Call = { kind: "metric", word, arguments: average === undefined ? {} : { average } };
      const measure = (of: MetricImplementation, own: Call): number =>
        (of[sort] as (call: Call, input: unknown) => number)(own, input);
      assert.ok(Number.isNaN(measure(metric, call)));
      assert.equal(undefinedMetricReason(metric, call, measure), why);
    });
});
