import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program } from "#dsl/tensor/program.js";
import { ops } from "#dsl/tensor/table.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { cases, type Case } from "./cases.js";

/** Returns a program in f64: loss = Σ outputs · fixed weights, and its gradients with respect to the float inputs. */
function lossOf(c: Case): { program: Program; floats: readonly string[]; state: Record<string, ArrayValues> } {
  const graph = new Graph();
  const state: Record<string, ArrayValues> = {};
  const floats: string[] = [];
  const inputs = c.inputs.map((operand, i) => {
    const value = makeArrayValues(operand.shape, operand.data);
    if (operand.dtype !== "f32") return graph.constant(toNDArray(operand.dtype, value));
    floats.push(`x${i}`);
    state[`x${i}`] = value;
    return graph.state(`x${i}`, {
      type: { dtype: "f64", shape: operand.shape },
      trains: true,
      initial: { zeros: true },
    });
  });
  const terms = graph.applyNamed(c.op, inputs, c.attributes).map((y, k) => {
    const n = y.shape.reduce<number>((p, d) => p * (d as number), 1);
    const weights = Array.from({ length: n }, (_, j) => Math.sin(1 + j * 1.7 + k));
    return y.multiply(graph.constant(toNDArray("f64", makeArrayValues(y.shape as number[], weights)))).sum();
  });
  // Further outputs (mean, variance, probabilities) exist only for the gradient computation; gradients do not flow
  // through them.
  const loss = terms[0]!;
  graph.output("loss", loss);
  const wrt = inputs.filter((t) => t.dtype === "f64");
  gradientsOfLoss(graph, loss, wrt).forEach((d: Tensor | undefined, i) => d && graph.output(floats[i]!, d));
  return { program: graph.program(), floats, state };
}

/** Inputs that receive no gradient, as each op's documentation states. */
const HELD: Readonly<Record<string, readonly string[]>> = {
  detach: ["x0"],
  reduce_gradient: ["x1"],
  place_position: ["x1"],
  place_rows: ["x2"],
};
const DIFFERENTIABLE = new Set(
  ops.filter((op) => (op.gradient ?? op.decompose) && op.name !== "range_like").map((op) => op.name),
);

describe("gradients", () => {
  it("have a test case for every differentiable op", () => {
    const covered = new Set(cases.map((c) => c.op));
    assert.deepEqual(
      [...DIFFERENTIABLE].filter((name) => !covered.has(name)),
      [],
      "each of these ops needs a case in tests/dsl/tensor/cases.ts",
    );
  });
  const grouped = new Map<string, Case[]>();
  for (const c of cases.filter(usable)) grouped.set(c.op, [...(grouped.get(c.op) ?? []), c]);
  for (const [op, list] of grouped)
    it(`match finite differences for ${op}`, () => {
      for (const c of list) compare(c);
    });
  it("are undefined for values that the loss does not depend on", () => {
    const graph = new Graph();
    const [a, b] = ["a", "b"].map((n) =>
      graph.state(n, { type: { dtype: "f64", shape: [2] }, trains: true, initial: { zeros: true } }),
    );
    const [da, db] = gradientsOfLoss(graph, a!.square().sum(), [a!, b!]);
    assert.ok(da);
    assert.equal(db, undefined);
  });
  it("omit weight gradients of frozen weights", () => {
    const graph = new Graph();
    const state = (name: string, shape: number[], trains: boolean): Tensor =>
      graph.state(name, { type: { dtype: "f32", shape }, trains, initial: { zeros: true } });
    const x = graph.input("x", { dtype: "f32", shape: ["batch", 4] });
    const hidden = x.linear(state("frozen", [3, 4], false)).linear(state("trained", [2, 3], true));
    gradientsOfLoss(graph, hidden.sum(), [
      graph.state("trained", { type: { dtype: "f32", shape: [2, 3] }, trains: true, initial: { zeros: true } }),
    ]);
    assert.equal(graph.table.filter((n) => n.op === "outer_product").length, 1);
  });
  it("add up over several paths", () => {
    const graph = new Graph();
    const x = graph.state("x", { type: { dtype: "f64", shape: [] }, trains: true, initial: { zeros: true } });
    const y = x.multiply(x).add(x.multiply(3)).add(x.square());
    graph.output("d", gradientsOfLoss(graph, y, [x])[0]!);
    assert.equal(evaluateProgram(graph.program(), {}, { x: makeArrayValues([], [5]) }).outputs["d"]!.data[0], 23);
  });
  it("name the layer that cannot be differentiated", () => {
    const graph = new Graph();
    const x = graph.state("x", { type: { dtype: "f32", shape: [3] }, trains: true, initial: { zeros: true } });
    const norm = graph.withPath("a.layer", () => graph.one("global_norm", [x]));
    assert.throws(
      () => gradientsOfLoss(graph, norm, [x]),
      (e) => e instanceof CodedError && e.code === "graph-no-gradient" && /a\.layer/.test(e.message),
    );
  });
});

function usable(c: Case): boolean {
  // If all keys of a row are hidden, its output is numerically constant, but its gradient is that of its scores, as in
  // PyTorch.
  return DIFFERENTIABLE.has(c.op) && c.op !== "cast" && c.note !== "nothing to see";
}

function compare(c: Case): void {
  const { program, floats, state } = lossOf(c);
  validateProgram(program);
  const at = (s: Record<string, ArrayValues>): number => evaluateProgram(program, {}, s).outputs["loss"]!.data[0]!;
  const exact = evaluateProgram(program, {}, state).outputs;
  const h = 1e-6;
  for (const name of floats) {
    if (HELD[c.op]?.includes(name)) continue;
    const x = state[name]!;
    x.data.forEach((v, i) => {
      const moved = (by: number): Record<string, ArrayValues> => ({
        ...state,
        [name]: { shape: x.shape, data: x.data.with(i, v + by) },
      });
      const numeric = (at(moved(h)) - at(moved(-h))) / (2 * h);
      const got = exact[name]?.data[i] ?? 0;
      const what = `${c.op} ${JSON.stringify(c.attributes ?? {})} [${c.inputs.map((o) => o.shape.join("×")).join("; ")}] ${name}[${i}]`;
      assert.ok(
        Math.abs(got - numeric) <= 1e-6 + 1e-5 * Math.abs(numeric),
        `${what}: ${got}, finite difference ${numeric}`,
      );
    });
  }
}
