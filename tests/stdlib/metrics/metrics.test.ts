import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { reliabilityOfAllLabels } from "#stdlib/metrics/shared/reliability.js";
import { registry } from "#stdlib/registry.js";

interface Golden {
  readonly cases: readonly ({
    readonly labels: number;
    readonly true: readonly number[];
    readonly predicted: readonly number[];
  } & Readonly<Record<string, number | readonly number[] | null>>)[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/metrics.json", import.meta.url), "utf8"),
) as Golden;

const call = (word: string, given: Call["arguments"]): Call => ({ word, kind: "metric", arguments: given });

describe("metrics compared with scikit-learn", () => {
  for (const name of ["f1", "precision", "recall"] as const)
    for (const average of ["macro", "micro", "weighted", "binary"] as const)
      it(`${name}(${average})`, async () => {
        const metric = (await registry.find("metric", name)!.load!()) as MetricImplementation;
        let compared = 0;
        for (const c of golden.cases) {
          const expected = c[`${name}(${average})`];
          if (typeof expected !== "number") continue;
          const labels = Array.from({ length: c.labels }, (_, i) => String(i));
          const input = {
            labels,
            truth: Int32Array.from(c.true),
            predicted: Int32Array.from(c.predicted),
            probabilities: new Float32Array(0),
          };
          assert.ok(Math.abs(metric.compute!(call(name, { average, of: null }), input) - expected) < 1e-9);
          compared += 1;
        }
        assert.ok(compared > 0);
      });

  it("have no value without rows", async () => {
    const input = { labels: ["a", "b", "c"], probabilities: new Float32Array(0) };
    for (const { name, load } of registry.ofKind("metric")) {
      const { compute, ofLabelSets } = (await load!()) as MetricImplementation;
      const asked = call(name, { average: "macro", of: null });
      const labels = compute?.(asked, { ...input, truth: new Int32Array(0), predicted: new Int32Array(0) });
      const sets = ofLabelSets?.(asked, { ...input, truth: new Uint8Array(0), predicted: new Uint8Array(0) });
      for (const value of [labels, sets]) assert.ok(value === undefined || Number.isNaN(value), name);
    }
  });
  it("f1, precision and recall of a single selected label", async () => {
    for (const name of ["f1", "precision", "recall"] as const) {
      const metric = (await registry.find("metric", name)!.load!()) as MetricImplementation;
      for (const c of golden.cases) {
        const labels = Array.from({ length: c.labels }, (_, i) => String(i));
        const [truth, predicted] = [Int32Array.from(c.true), Int32Array.from(c.predicted)];
        (c[`${name}(each)`] as readonly number[]).forEach((expected, label) => {
          const given = { average: "auto", of: String(label) };
          const input = { labels, truth, predicted, probabilities: new Float32Array(0) };
          assert.ok(Math.abs(metric.compute!(call(name, given), input) - expected) < 1e-9, `${name} of ${label}`);
        });
      }
    }
  });

  it("accuracy", async () => {
    const metric = (await registry.find("metric", "accuracy")!.load!()) as MetricImplementation;
    for (const c of golden.cases) {
      const input = {
        labels: [],
        truth: Int32Array.from(c.true),
        predicted: Int32Array.from(c.predicted),
        probabilities: new Float32Array(0),
      };
      assert.ok(Math.abs(metric.compute!(call("accuracy", {}), input) - Number(c["accuracy"])) < 1e-12);
    }
  });

  it("matthews_correlation, of two labels and of several", async () => {
    const metric = (await registry.find("metric", "matthews_correlation")!.load!()) as MetricImplementation;
    for (const c of golden.cases) {
      const labels = Array.from({ length: c.labels }, (_, i) => String(i));
      const [truth, predicted] = [Int32Array.from(c.true), Int32Array.from(c.predicted)];
      const got = metric.compute!(call("matthews_correlation", {}), {
        labels,
        truth,
        predicted,
        probabilities: new Float32Array(0),
      });
      assert.ok(Math.abs(got - Number(c["matthews_correlation"])) < 1e-9, `${got}: ${c["matthews_correlation"]}`);
    }
  });

  it("roc_auc: of two labels, of several by every average, and of absent labels", async () => {
    const metric = (await registry.find("metric", "roc_auc")!.load!()) as MetricImplementation;
    let compared = 0;
    for (const c of golden.cases) {
      const labels = Array.from({ length: c.labels }, (_, i) => String(i));
      const probabilities = Float32Array.from(c["probabilities"] as readonly number[]);
      const input = { labels, truth: Int32Array.from(c.true), predicted: Int32Array.from(c.predicted), probabilities };
      for (const average of ["macro", "micro", "weighted"]) {
        const want = c.labels === 2 ? c["roc_auc"] : c[`roc_auc(${average})`];
        const got = metric.compute!(call("roc_auc", { average }), input);
        if (want !== undefined) {
          assert.ok(
            Math.abs(got - Number(want)) < 1e-9,
            `${average} of ${c.labels}: ${got}, scikit-learn says ${want}`,
          );
          compared++;
        } else if (average === "macro") assert.ok(Number.isNaN(got));
      }
    }
    assert.ok(compared >= 18, `${compared} compared`);
  });

  /** Metrics of the probabilities of each label; the likeliest label is the prediction. */
  for (const [name, given] of [
    ["balanced_accuracy", {}],
    ["cohen_kappa(none)", { weights: "none" }],
    ["cohen_kappa(linear)", { weights: "linear" }],
    ["cohen_kappa(quadratic)", { weights: "quadratic" }],
    ["log_loss", {}],
    ["brier_score", {}],
    ["calibration_error", { bins: 15 }],
    ["top_accuracy(1)", { places: 1 }],
    ["top_accuracy(2)", { places: 2 }],
    ["top_accuracy(3)", { places: 3 }],
    ["average_precision", { average: "macro" }],
    ["average_precision(macro)", { average: "macro" }],
    ["average_precision(micro)", { average: "micro" }],
    ["average_precision(weighted)", { average: "weighted" }],
    ["average_precision(samples)", { average: "samples" }],
  ] as const)
    it(name, async () => {
      const word = /^\w+/.exec(name)?.[0] ?? "";
      const metric = (await registry.find("metric", word)!.load!()) as MetricImplementation;
      const ofAnswers = ["balanced_accuracy", "cohen_kappa"].includes(word);
      let compared = 0;
      for (const c of golden.cases) {
        const want = c[name];
        if (want === undefined) continue;
        const got = metric.compute!(call(word, given), {
          labels: Array.from({ length: c.labels }, (_, i) => String(i)),
          truth: Int32Array.from(c.true),
          predicted: Int32Array.from(ofAnswers ? c.predicted : (c["likeliest"] as readonly number[])),
          probabilities: Float64Array.from(c["probabilities"] as readonly number[]),
        });
        if (want === null) assert.ok(Number.isNaN(got));
        else assert.ok(Math.abs(got - Number(want)) < 1e-9, `${got}, scikit-learn says ${String(want)}`);
        compared++;
      }
      assert.ok(compared >= 3, `${compared} compared`);
    });

  it("calibration_error: bins include their upper end, not their lower end", async () => {
    const metric = (await registry.find("metric", "calibration_error")!.load!()) as MetricImplementation;
    const input = {
      labels: ["a", "b"],
      truth: Int32Array.of(0, 1),
      predicted: Int32Array.of(0, 0),
      probabilities: Float64Array.of(0.6, 0.4, 0.7, 0.3),
    };
    // 0.6 falls into the third of five bins, 0.7 into the fourth. In one bin, 0.4 and 0.7 would cancel out.
    assert.ok(Math.abs(metric.compute!(call("calibration_error", { bins: 5 }), input) - 0.55) < 1e-12);
  });

  it("calibration_error of label sets: uses each label's decision, like the reliability diagram", async () => {
    const metric = (await registry.find("metric", "calibration_error")!.load!()) as MetricImplementation;
    const probabilities = Float64Array.from({ length: 60 }, (_, i) => ((i * 37) % 61) / 60);
    const truth = Uint8Array.from(probabilities, (_, i) => Number((i * 29) % 7 < 3));
    const predicted = Uint8Array.from(probabilities, (share) => Number(share >= 0.5));
    const input = { labels: ["a", "b", "c"], truth, predicted, probabilities };
    const asked = call("calibration_error", { bins: 15 });
    const value = metric.ofLabelSets!(asked, input);
    assert.ok(value > 0.05 && Math.abs(value - reliabilityOfAllLabels(input, 15).error) < 1e-12, String(value));
    const all = Uint32Array.from({ length: 20 }, (_, row) => row);
    assert.ok(Math.abs(metric.samplers!.ofLabelSets!(asked, input)!(all) - value) < 1e-12);
  });

  it("loss is the mean of −ln p(true)", async () => {
    const metric = (await registry.find("metric", "loss")!.load!()) as MetricImplementation;
    const input = {
      labels: ["a", "b"],
      truth: Int32Array.of(0, 1),
      predicted: Int32Array.of(0, 0),
      probabilities: Float32Array.of(0.5, 0.5, 0.75, 0.25),
    };
    assert.ok(Math.abs(metric.compute!(call("loss", {}), input) - (Math.log(2) + Math.log(4)) / 2) < 1e-7);
  });
});
