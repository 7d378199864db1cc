import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { programMemoryOf } from "#dsl/tensor/memory.js";
import { recompute } from "#dsl/tensor/passes/recompute.js";
import { productPrecision } from "#dsl/tensor/passes/precision.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Type } from "#dsl/tensor/program.js";
import { blocksProgram } from "./passes/blocks.js";

const F = (...shape: readonly (number | string)[]): Type => ({ dtype: "f32", shape });

describe("memory of a program", () => {
  it("includes a value until its last reader", () => {
    const graph = new Graph();
    const x = graph.input("x", F("rows", 10));
    const y = x.softmax().softmax().softmax();
    graph.output("y", y);
    // An input and its result at a time, never three arrays.
    const { state, working } = programMemoryOf(graph.program(), { rows: 5 });
    assert.deepEqual([state, working], [0, 2 * 200]);
  });
  it("includes values that are read again later", () => {
    const graph = new Graph();
    const x = graph.input("x", F("rows", 10));
    const first = x.softmax();
    graph.output("y", first.softmax().softmax().matmul(first, { transposeB: true }).sum());
    assert.equal(programMemoryOf(graph.program(), { rows: 5 }).working, 3 * 200);
  });
  it("excludes views and results that reuse memory of values no longer read", () => {
    const graph = new Graph();
    const x = graph.input("x", F("rows", 10)).softmax();
    graph.output("y", x.reshape(["rows", 5, 2]).exp().square().add(1));
    assert.equal(programMemoryOf(graph.program(), { rows: 5 }).working, 2 * 200);
  });
  it("counts state once, and lets an optimizer step update it as early as possible", () => {
    const graph = new Graph();
    const w = ["a", "b", "c"].map((name) =>
      graph.state(name, { type: F(10, 10), trains: true, initial: { zeros: true } }),
    );
    const rate = graph.input("rate", F());
    const step = graph.input("step", { dtype: "i32", shape: [] });
    const loss = w.reduce((sum, x) => sum.add(x.softmax().sum()), graph.number(0));
    const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 };
    gradientsOfLoss(graph, loss, w).forEach((d, i) => {
      const name = "abc"[i]!;
      const moment = (kind: string): (typeof w)[number] =>
        graph.state(`${kind}.${name}`, { type: F(10, 10), trains: false, initial: { zeros: true } });
      const made = graph.apply("adamw", [w[i]!, moment("m"), moment("v"), d!, rate, step], settings);
      ["", "m.", "v."].forEach((prefix, k) => graph.update(prefix + name, made[k]!));
    });
    const { state, working } = programMemoryOf(graph.program(), {});
    assert.equal(state, 9 * 400);
    // The gradients of all three layers never coexist with all activations kept by the forward pass.
    assert.ok(working < 6 * 400 + 300, String(working));
  });
  it("is lower with recomputation, and in bf16", () => {
    const program = blocksProgram();
    const sizes = { batch: 64, length: 64 };
    const plain = programMemoryOf(program, sizes).working;
    assert.ok(
      programMemoryOf(recompute.run(program, { ...PLAIN_PASS_SETTINGS, recompute: "blocks" }), sizes).working <
        0.8 * plain,
    );
    assert.ok(
      programMemoryOf(productPrecision.run(program, { ...PLAIN_PASS_SETTINGS, precision: "bf16" }), sizes).working <
        0.8 * plain,
    );
  });
});
