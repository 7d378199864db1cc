/** Sweeps that add nodes, replace nodes, or both: each reader still reads the same value at its new position. */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { rewriteProgram, type RewriteNode } from "#dsl/tensor/passes/rewrite.js";
import { scalarNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { validateProgram } from "#dsl/tensor/validate.js";

describe("rewrite of a program", () => {
  /** y = tanh(|x| · −x), z = |x| */
  const program = () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "f64", shape: [3] });
    const size = x.abs();
    graph.output("y", size.multiply(x.negate()).tanh());
    graph.output("z", size);
    return graph.program();
  };
  const feeds = { x: makeArrayValues([3], [1, -2, 0.5]) };
  const numbers = (of: ReturnType<typeof program>) => {
    validateProgram(of);
    const { y, z } = evaluateProgram(of, feeds, {}).outputs;
    return [...y!.data, ...z!.data];
  };
  /** Adds an unused constant before each node whose op is in `added`, and replaces ops named `replaces` by square. */
  const sweeping = (added: readonly string[], replaces: string | null) => (): RewriteNode => (node, edit) => {
    if (added.includes(node.op)) edit.constant(scalarNDArray("f64", edit.nodes.length));
    return node.op === replaces ? [edit.add("square", node.inputs)] : undefined;
  };
  const squared = [1, -2, 0.5].flatMap((x) => [Math.tanh(x * x * -x)]).concat([1, 4, 0.25]);

  it("returns the same program if nothing is replaced, whatever was added", () => {
    const before = program();
    for (const added of [[], ["abs"], ["tanh", "negate"]])
      assert.equal(rewriteProgram(before, sweeping(added, null)), before);
  });
  it("preserves nodes before, between and after added and replaced ones", () => {
    for (const added of [[], ["abs"], ["negate"], ["multiply"], ["abs", "negate", "multiply", "tanh"]])
      assert.deepEqual(numbers(rewriteProgram(program(), sweeping(added, "abs"))), squared, added.join());
  });
  it("keeps reading the right nodes if only later ones are replaced", () => {
    const added = ["abs", "negate"];
    const less = rewriteProgram(program(), sweeping(added, "tanh"));
    assert.deepEqual(numbers(less), [...[1, -2, 0.5].map((x) => (Math.abs(x) * -x) ** 2), 1, 2, 0.5]);
  });
});
