/** Programs that cannot run and states that do not fit give coded errors. */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { bindStateSizes, evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program, Type } from "#dsl/tensor/program.js";
import { makeArrayValues } from "#dsl/tensor/values.js";

const F = (...shape: (number | string)[]): Type => ({ dtype: "f32", shape });

describe("invalid graphs and inputs", () => {
  it("include the gradient of a loss with several values", () => {
    const graph = new Graph();
    const x = graph.input("x", F(3));
    assert.throws(() => gradientsOfLoss(graph, x, [x]), { code: "graph-invalid" });
  });
  it("include an update beyond the bounds of its state", () => {
    const graph = new Graph();
    graph.state("kept", { type: F(2, 2), trains: false, initial: { zeros: true } });
    graph.update("kept", graph.input("x", F(1, 2)), { axis: 0, start: graph.input("at", { dtype: "i32", shape: [] }) });
    const written = (at: number) =>
      evaluateProgram(
        graph.program(),
        { x: makeArrayValues([1, 2], [3, 4]), at: makeArrayValues([], [at]) },
        { kept: makeArrayValues([2, 2], [0, 0, 0, 0]) },
      );
    assert.deepEqual([...written(1).state["kept"]!.data], [0, 0, 3, 4]);
    assert.throws(() => written(2), { code: "graph-invalid" });
  });
  it("include a state without a value", () => {
    const graph = new Graph();
    graph.output("y", graph.state("w", { type: F(2), trains: true, initial: { zeros: true } }));
    assert.throws(() => evaluateProgram(graph.program(), {}, {}), { code: "graph-invalid" });
  });
  it("include inputs of a wrong rank and states that are missing or too small", () => {
    const graph = new Graph();
    graph.output("y", graph.input("x", F("n", 2)));
    assert.throws(() => evaluateProgram(graph.program(), { x: makeArrayValues([1, 2, 1], [1, 2]) }, {}), {
      code: "graph-feed",
    });
    const cached = {
      nodes: [{ op: "state", attributes: { name: "cache" } }],
      state: { cache: { type: F("capacity", 2) } },
    } as unknown as Program;
    assert.throws(() => bindStateSizes(cached, {}, () => undefined), { code: "graph-feed" });
    assert.throws(() => bindStateSizes(cached, { capacity: 4 }, () => [3, 2]), { code: "graph-feed" });
    assert.deepEqual(
      bindStateSizes(cached, {}, () => [3, 2]),
      { capacity: 3 },
    );
  });
});
