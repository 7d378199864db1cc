/** Laws of the passes over random programs: the program stays valid, and results stay within the stated tolerance. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { optimise, passes, PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { printProgram } from "#dsl/tensor/print.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { toNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

type Choice = readonly [kind: number, first: number, second: number];
const FACTORS = [0, -0, 1, -1, 2, 0.5, 3, 1e8, -4];

/**
 * Builds a program from values of shapes [2, 3], [3, 2] and []; each choice adds a value computed from earlier ones.
 * Computes in f64, except for casts.
 */
function programOf(choices: readonly Choice[], exact: boolean): Program {
  const graph = new Graph();
  const type = { dtype: "f64", shape: [2, 3] } as const;
  const made: Tensor[] = [
    graph.input("x", type),
    graph.input("y", type),
    graph.state("w", { type, trains: true, initial: { zeros: true } }),
    graph.constant(toNDArray("f64", makeArrayValues([2, 3], [1, 1, 1, 1, 1, 1]))),
    graph.constant(toNDArray("f64", makeArrayValues([2, 3], [1, -2, 3, 0, -0, 6]))),
  ];
  for (const [kind, first, second] of choices) {
    const x = made[first % made.length]!;
    const alike = made.filter((t) => t.shape.join() === x.shape.join());
    const y = alike[second % alike.length]!;
    const factor = FACTORS[second % FACTORS.length]!;
    const steps: (() => Tensor)[] = [
      () => x.negate(),
      () => x.abs(),
      () => x.square(),
      () => x.relu(),
      () => x.tanh(),
      () => x.multiply(factor),
      () => x.add(factor),
      () => x.subtract(factor),
      () => x.divide(factor),
      () => x.add(y),
      () => x.subtract(y),
      () => x.multiply(y),
      () => x.maximum(y),
      () => x.multiply(graph.number(factor, "f64").add(1)),
      () => (x.rank === 2 ? x.transpose([second % 2, 1 - (second % 2)]) : x),
      () => (x.rank === 2 ? x.reshape(second % 2 ? [2, 3] : [3, 2]) : x.reshape([])),
      () => (x.rank === 2 ? x.slice(second % 2, 0, x.shape[second % 2] as number) : x),
      () => (x.rank === 2 ? x.sum([second % 2]).sum() : x),
      () => (x.rank === 2 ? x.multiply(factor).mean() : x),
      () => (x.rank === 2 ? graph.one("outer_product", [x, y]).transpose([1, 0]).sum() : x),
      () => (x.rank === 2 ? x.transpose([1, 0]).matmul(y).sum() : x),
      () => (x.rank === 2 ? x.matmul(y.transpose([1, 0])).sum() : x),
      () => graph.concat([x], 0),
      ...(exact
        ? [
            () => x.cast(second % 2 ? "f32" : "bf16").cast("f64"),
            () => x.cast("f32").cast("f64").cast("f32").cast("f64"),
            () => x.greater(y).select(x, y),
            () => x.less(y).select(x, x),
            () => graph.constant(toNDArray("bool", makeArrayValues([], [second % 2]))).select(x, y),
          ]
        : []),
    ];
    made.push(steps[kind % steps.length]!());
  }
  made.slice(-4).forEach((t, i) => graph.output(`out_${i}`, t));
  graph.update(
    "w",
    made.findLast((t) => t.shape.join() === "2,3")!,
  );
  return graph.program();
}
const choices = fc.array(fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)), { minLength: 1, maxLength: 24 });
const numbers = fc.array(fc.oneof(fc.constantFrom(0, -0, 1, -1), fc.double({ min: -4, max: 4, noNaN: true })), {
  minLength: 6,
  maxLength: 6,
});

/** Returns outputs and updates in a fixed order. */
function computed(program: Program, feeds: Record<string, ArrayValues>, w: ArrayValues): readonly ArrayValues[] {
  const { outputs, state } = evaluateProgram(program, feeds, { w });
  return [
    ...Object.keys(outputs)
      .sort()
      .map((name) => outputs[name]!),
    state["w"]!,
  ];
}

function keeps(before: Program, after: Program, tolerance: number, data: readonly number[][]): void {
  validateProgram(after);
  const [x, y, w] = data.map((list) => makeArrayValues([2, 3], list)) as [ArrayValues, ArrayValues, ArrayValues];
  const [expected, got] = [computed(before, { x, y }, w), computed(after, { x, y }, w)];
  expected.forEach((value, i) => {
    assert.deepEqual(got[i]!.shape, value.shape);
    value.data.forEach((v, k) => {
      const g = got[i]!.data[k]!;
      const same = tolerance === 0 ? Object.is(g, v) : near(g, v, tolerance);
      assert.ok(same, `${g} for ${v}\n${printProgram(before)}\n${printProgram(after)}`);
    });
  });
}
/**
 * Compares with a tolerance that is relative to the expected value, or absolute below 1. Non-finite values always pass.
 */
function near(got: number, expected: number, tolerance: number): boolean {
  if (!Number.isFinite(expected) || !Number.isFinite(got)) return true;
  return Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

describe("passes on random programs", () => {
  const rewriting = passes.filter(
    (p, i) => passes.indexOf(p) === i && p.name !== "precision" && p.name !== "recompute",
  );
  for (const pass of rewriting)
    it(`stay valid, within ${pass.tolerance}, and idempotent: ${pass.name}`, () => {
      fc.assert(
        fc.property(choices, fc.tuple(numbers, numbers, numbers), (list, data) => {
          const before = programOf(list, pass.tolerance === 0);
          const after = pass.run(before, PLAIN_PASS_SETTINGS);
          keeps(before, after, pass.tolerance, data);
          assert.deepEqual(pass.run(after, PLAIN_PASS_SETTINGS), after);
        }),
        { numRuns: 300, seed: 11 },
      );
    });
  it("stay within tolerance all together, and add no nodes", () => {
    fc.assert(
      fc.property(choices, fc.tuple(numbers, numbers, numbers), (list, data) => {
        const before = programOf(list, false);
        const after = optimise(before);
        keeps(before, after, 1e-6, data);
        assert.ok(after.nodes.length <= before.nodes.length);
      }),
      { numRuns: 300, seed: 12 },
    );
  });
});
