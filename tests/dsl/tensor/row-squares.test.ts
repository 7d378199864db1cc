/** Squared gradients per row: a matrix too large to materialize for each row of a batch is computed in stripes. */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { lossAsDifferentiatedRows } from "#dsl/tensor/ops/rows/row-parts.js";
import { rowGradientSquares } from "#dsl/tensor/ops/rows/row-squares.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { makeArrayValues } from "#dsl/tensor/values.js";

const [ROWS, PLACES, OUT, IN] = [3, 2, 180, 200];

/** A linear layer over positions, with loss Σ x Wᵀ · c. */
function layer(): { readonly graph: Graph; readonly loss: Tensor; readonly weight: Tensor } {
  const graph = new Graph();
  const x = graph.input("x", { dtype: "f64", shape: ["batch", PLACES, IN] });
  const c = graph.input("c", { dtype: "f64", shape: ["batch", PLACES, OUT] });
  const type = { dtype: "f64" as const, shape: [OUT, IN] };
  const weight = graph.state("w", { type, trains: true, initial: { zeros: true } });
  return { graph, weight, loss: x.linear(weight).multiply(c).sum() };
}
const drawn = (shape: readonly number[], by: number) => {
  const all = makeArrayValues([...shape]);
  all.data.forEach((_, i) => (all.data[i] = Math.sin(by * i)));
  return all;
};
const state = { w: drawn([OUT, IN], 0.7) };
const [x, c] = [drawn([ROWS, PLACES, IN], 1.3), drawn([ROWS, PLACES, OUT], 2.1)];

describe("squared gradients per row", () => {
  it("equal the sum over single rows for a large matrix, with less memory", () => {
    const together = layer();
    const found = rowGradientSquares(together.graph, lossAsDifferentiatedRows(together.loss), [together.weight]);
    assert.ok(found?.squares[0]);
    together.graph.output("squares", found.squares[0]);
    const program = together.graph.program();
    assert.ok(program.nodes.filter(({ op }) => op === "matmul").length > 1, "in stripes");
    assert.ok(found.numbersPerRow < OUT * IN);
    const got = evaluateProgram(program, { x, c }, state).outputs["squares"]!;
    assert.deepEqual(got.shape, [OUT, IN]);
    const one = layer();
    one.graph.output("d", gradientsOfLoss(one.graph, one.loss, [one.weight])[0]!);
    const want = new Float64Array(OUT * IN);
    for (let row = 0; row < ROWS; row++) {
      const of = (all: typeof x, width: number) =>
        makeArrayValues([1, PLACES, width], [...all.data.slice(row * PLACES * width, (row + 1) * PLACES * width)]);
      const { outputs } = evaluateProgram(one.graph.program(), { x: of(x, IN), c: of(c, OUT) }, state);
      outputs["d"]!.data.forEach((value, i) => (want[i]! += value ** 2));
    }
    want.forEach((value, i) => assert.ok(Math.abs(value - got.data[i]!) <= 1e-12 * Math.max(1, value), String(i)));
  });
});
