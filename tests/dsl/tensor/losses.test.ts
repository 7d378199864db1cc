import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues } from "#dsl/tensor/values.js";
import { feedsOf, lossCases, lossProgram, titleOf } from "./loss-programs.js";

describe("losses against PyTorch, in float64", () => {
  for (const c of lossCases)
    it(titleOf(c), () => {
      const program = lossProgram(c, "f64");
      validateProgram(program);
      const { outputs } = evaluateProgram(program, feedsOf(c), {});
      near(outputs["loss"]!.data, [c.value], "the loss");
      for (const [name, want] of Object.entries(c.gradients))
        near(outputs[name]!.data, want, `the gradient of ${name}`);
    });
  it("are 0 with zero gradients if no row counts", () => {
    for (const o of [{}, { smoothing: 0.1 }])
      for (const reduction of ["mean", "sum"] as const) {
        const graph = new Graph();
        const x = graph.input("x", { dtype: "f64", shape: [2, 3] });
        const labels = graph.input("labels", { dtype: "i32", shape: [2] });
        const weight = graph.input("weight", { dtype: "f64", shape: [3, 3] });
        for (const [name, loss] of [
          ["plain", x.crossEntropy(labels, { reduction, ...o })],
          ["head", x.headLoss(weight, labels, { reduction, ...o })],
        ] as const) {
          graph.output(name, loss);
          graph.output(`d${name}`, gradientsOfLoss(graph, loss, [x])[0]!);
        }
        const feeds = {
          x: makeArrayValues([2, 3], [1, 2, 3, 4, 5, 6]),
          labels: makeArrayValues([2], [-100, -100]),
          weight: makeArrayValues([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 10]),
        };
        for (const [name, got] of Object.entries(evaluateProgram(graph.program(), feeds, {}).outputs))
          near(got.data, new Array<number>(got.data.length).fill(0), `${name} ${reduction} ${JSON.stringify(o)}`);
      }
  });
});

function near(got: Float64Array, want: readonly number[], what: string): void {
  assert.equal(got.length, want.length, what);
  got.forEach((v, i) =>
    assert.ok(
      Math.abs(v - want[i]!) <= 1e-10 * Math.max(1, Math.abs(want[i]!)),
      `${what}[${i}]: ${v}, PyTorch ${want[i]}`,
    ),
  );
}
