/** Ops that decompose into simpler ones: same results, gradients without a rule, and support on every engine. */
import assert from "node:assert/strict";
import { emitOnnx } from "#dsl/tensor/backends/onnx/emit.js";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { decomposeUnsupportedOps } from "#dsl/tensor/passes/lowering.js";
import type { Program } from "#dsl/tensor/program.js";
import { opOf, ops, opTable } from "#dsl/tensor/table.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { cases, type Case } from "../cases.js";
import { hard_swish } from "./hard-swish.js";

const none = (): boolean => false;
const ready = (op: string): boolean => op !== hard_swish.name;

function programOf(c: Case): { program: Program; feeds: Record<string, ArrayValues> } {
  const graph = new Graph();
  const inputs = c.inputs.map(({ shape, dtype }, i) => graph.input(`x${i}`, { dtype, shape }));
  graph.applyNamed(c.op, inputs, c.attributes).forEach((y, i) => graph.output(`y${i}`, y));
  const feeds = Object.fromEntries(c.inputs.map(({ shape, data }, i) => [`x${i}`, makeArrayValues(shape, data)]));
  return { program: graph.program(), feeds };
}

describe("ops with a decomposition", () => {
  before(() => Object.assign(opTable, { hard_swish }));
  after(() => Reflect.deleteProperty(opTable, "hard_swish"));

  const made = ops.filter((op) => op.decompose);
  it("have a test case each", () => {
    assert.ok(made.length >= 3);
    for (const { name } of made)
      assert.ok(
        cases.some((c) => c.op === name),
        name,
      );
  });
  for (const { name } of made)
    it(`are decomposed into valid simpler ops with equal results: ${name}`, () => {
      for (const c of cases.filter(({ op }) => op === name)) {
        const { program, feeds } = programOf(c);
        const simpler = decomposeUnsupportedOps(program, none);
        validateProgram(simpler);
        assert.deepEqual(
          simpler.nodes.filter((node) => opOf(node)?.decompose),
          [],
        );
        const [whole, parts] = [program, simpler].map((p) => evaluateProgram(p, feeds, {}).outputs["y0"]!);
        assert.deepEqual(parts!.shape, whole!.shape);
        whole!.data.forEach((x, i) => assert.ok(Math.abs(parts!.data[i]! - x) < 1e-12, `${name}[${i}]`));
      }
    });

  it("are not decomposed if the engine supports them", () => {
    const graph = new Graph();
    graph.output("y", graph.input("x", { dtype: "f32", shape: [2] }).square());
    const program = graph.program();
    assert.equal(
      decomposeUnsupportedOps(program, () => true),
      program,
    );
    assert.deepEqual(
      decomposeUnsupportedOps(program, none).nodes.map((node) => node.op),
      ["input", "multiply"],
    );
  });

  it("pass the node's path and order on to its parts", () => {
    const graph = new Graph();
    const x = graph.input("x", { dtype: "f32", shape: [2] });
    graph.output(
      "y",
      graph.withPath("layer.0", () => x.softplus()),
    );
    const { nodes, ...rest } = graph.program();
    const late = nodes.map((node) => (node.op === "softplus" ? { ...node, after: [0] } : node));
    const [, ...parts] = decomposeUnsupportedOps({ nodes: late, ...rest }, none).nodes;
    assert.ok(parts.length > 4);
    for (const { path, after } of parts) assert.deepEqual([path, after], ["layer.0", [0]]);
  });

  const data = [-4, -3, -1.5, 0.5, 2, 3, 5];
  const swished = (): Graph => {
    const graph = new Graph();
    const x = graph.state("x", { type: { dtype: "f32", shape: [7] }, trains: true, initial: { zeros: true } });
    // Applied twice, so that the gradient reaches the inner op through the decomposition of the outer one.
    const y = graph.one(hard_swish, [graph.one(hard_swish, [x]).multiply(2)]);
    graph.output("y", y);
    graph.output("dx", gradientsOfLoss(graph, y.sum(), [x])[0]!);
    return graph;
  };
  it("need no gradient rule: that of their parts is used", () => {
    const program = swished().program();
    validateProgram(program);
    const run = (x: readonly number[]) => evaluateProgram(program, {}, { x: makeArrayValues([7], x) }).outputs;
    const h = 1e-6;
    const [above, below] = [h, -h].map((by) => run(data.map((x) => x + by))["y"]!.data);
    // The gradient is not defined at the kinks −3 and 3.
    run(data)["dx"]!.data.forEach((d, i) => {
      if (Math.abs(data[i]!) !== 3) assert.ok(Math.abs(d - (above![i]! - below![i]!) / (2 * h)) < 1e-6, `dx[${i}]`);
    });
  });
  it("work on engines that do not know them, by a record alone", () => {
    const program = swished().program();
    assert.ok(emitTensorflow({ program }).savedModel.length > 0);
    assert.ok(emitOnnx(program).bytes.length > 0);
    const { nodes } = decomposeUnsupportedOps(program, ready);
    assert.deepEqual(
      nodes.filter((node) => node.op === hard_swish.name),
      [],
    );
  });
});
