import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/plan/plan.js";
import type { MetricImplementation } from "#stdlib/kinds/metric.js";
import { registry } from "#stdlib/registry.js";

interface Golden {
  readonly cases: readonly ({
    readonly labels: number;
    readonly true: readonly number[];
    readonly predicted: readonly number[];
  } & Readonly<Record<string, number | readonly number[]>>)[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/metrics.json", import.meta.url), "utf8"),
) as Golden;

const call = (word: string, given: Call["arguments"]): Call => ({ word, kind: "metric", arguments: given });

describe("metrics against scikit-learn", () => {
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
