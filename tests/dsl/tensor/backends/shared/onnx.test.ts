import assert from "node:assert/strict";
import { emitOnnx } from "#dsl/tensor/backends/onnx/emit.js";
import { lowerings } from "#dsl/tensor/backends/onnx/lower/table.js";
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program } from "#dsl/tensor/program.js";
import { ops } from "#dsl/tensor/table.js";

const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };

/**
 * Two layers of `width`; the loss is the sum of squares. Each weight is read in the forward pass; the second layer's
 * weight is also read in the backward pass.
 */
function twoLayers(width: number): Program {
  const graph = new Graph();
  const x = graph.input("x", { dtype: "f32", shape: ["batch", width] });
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const state = (name: string): ReturnType<Graph["state"]> =>
    graph.state(name, { type: { dtype: "f32", shape: [width, width] }, trains: true, initial: { zeros: true } });
  const weights = [state("first"), state("second")];
  const loss = x.linear(weights[0]!).tanh().linear(weights[1]!).square().sum();
  const gradients = gradientsOfLoss(graph, loss, weights);
  ["first", "second"].forEach((name, i) => {
    const inputs = [weights[i]!, state(`m.${name}`), state(`v.${name}`), gradients[i]!, rate, step] as const;
    graph.apply("adamw", inputs, ADAMW).forEach((value, k) => graph.update(["", "m.", "v."][k]! + name, value));
  });
  graph.output("loss", loss);
  graph.output("mean", x.mean());
  return graph.program();
}

describe("ONNX model of a program", () => {
  it("has a lowering or a decomposition for every op", () => {
    assert.deepEqual(
      ops.filter((op) => !Object.hasOwn(lowerings, op.name) && !op.decompose).map((op) => op.name),
      [],
      "each of these needs `decompose` in its record, or a form in dsl/tensor/backends/onnx/lower",
    );
  });

  it("updates trained state in place", () => {
    // Weights of 1,024 × 1,024 are updated in chunks by a Scan; only its body depends on the nodes that still read the
    // weights.
    for (const width of [4, 1024]) {
      const { updates } = emitOnnx(twoLayers(width));
      assert.equal(updates.length, 6);
      assert.equal(updates.filter((u) => u.as).length, width === 4 ? 0 : 6);
      assert.deepEqual(
        updates.filter((u) => !u.inPlace),
        [],
      );
    }
  });

  it("does not update in place if another node may still read the old value", () => {
    const graph = new Graph();
    const state = (name: string): ReturnType<Graph["state"]> =>
      graph.state(name, { type: { dtype: "f32", shape: [2] }, trains: false, initial: { zeros: true } });
    const [a, b] = [state("a"), state("b")];
    graph.update("a", b.add(1));
    graph.update("b", a.add(1));
    graph.update("c", state("c").multiply(2));
    const { updates } = emitOnnx(graph.program());
    assert.deepEqual(
      updates.map((u) => [u.state, u.inPlace]),
      [
        ["a", false],
        ["b", false],
        ["c", true],
      ],
    );
  });

  it("passes large state in chunks", () => {
    const { state } = emitOnnx(twoLayers(1024));
    assert.deepEqual(state["first"]!.as, [4, 262_144]);
    assert.equal(emitOnnx(twoLayers(4)).state["first"]!.as, undefined);
  });

  it("omits nodes that only unwanted outputs need", () => {
    const program = twoLayers(4);
    const [all, some] = [emitOnnx(program), emitOnnx(program, ["loss"])];
    assert.deepEqual(Object.keys(some.outputs), ["loss"]);
    assert.ok(some.bytes.length < all.bytes.length);
  });

  it("is rejected if an op is unknown", () => {
    const graph = new Graph();
    graph.output("y", graph.input("x", { dtype: "f32", shape: [2] }).add(1));
    const program = graph.program();
    const nodes = program.nodes.map((node) => (node.op === "add" ? { ...node, op: "unheard_of" } : node));
    assert.throws(() => emitOnnx({ ...program, nodes }), { code: "graph-unknown-op" });
  });
});
