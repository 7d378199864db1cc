import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { removeDeadNodes } from "#dsl/tensor/passes/dead-code.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { productPrecision } from "#dsl/tensor/passes/precision.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { blocksProgram, blocksValues } from "./blocks.js";
import { assertGolden } from "./golden-pass.js";

const BF16 = { ...PLAIN_PASS_SETTINGS, precision: "bf16" } as const;

describe("precision pass", () => {
  const before = blocksProgram();
  const after = productPrecision.run(before, BF16);
  const dtypesOf = (op: string, program: Program = after, path = ""): string[] => [
    ...new Set(
      program.nodes.filter((n) => n.op === op && (n.path ?? "").startsWith(path)).map((n) => n.types[0]!.dtype),
    ),
  ];

  it("produces the committed output for a small model", () => {
    validateProgram(after);
    assertGolden("precision", productPrecision.doc, before, after);
  });
  it("leaves an f32 program and a converted program unchanged", () => {
    assert.equal(productPrecision.run(before, PLAIN_PASS_SETTINGS), before);
    assert.deepEqual(productPrecision.run(after, BF16), after);
  });
  it("computes products and activations in bf16, norms, loss and sums in f32", () => {
    for (const op of ["linear", "outer_product", "attention", "attention_gradient", "gelu_gradient"])
      assert.deepEqual(dtypesOf(op, after, "h.0"), ["bf16"], op);
    for (const op of ["layer_norm", "layer_norm_gradient", "cross_entropy", "add", "subtract"])
      assert.deepEqual(dtypesOf(op), ["f32"], op);
  });
  it("computes the head over one row per text in f32", () => {
    assert.deepEqual(dtypesOf("linear", after, "head"), ["f32"]);
    assert.deepEqual(dtypesOf("outer_product", after, "head"), ["f32"]);
  });
  it("leaves state, outputs and updates in f32", () => {
    for (const { type } of Object.values(after.state)) assert.equal(type.dtype, "f32");
    for (const { value } of after.updates) assert.equal(after.nodes[value.node]!.types[value.output]!.dtype, "f32");
  });
  it("casts no value twice to the same dtype", () => {
    const casts = after.nodes.filter((n) => n.op === "cast").map((n) => JSON.stringify([n.inputs, n.attributes]));
    assert.ok(casts.length > 0);
    assert.equal(new Set(casts).size, casts.length);
  });
  it("changes loss and weights only by bf16 rounding", () => {
    const { feeds, state } = blocksValues(before);
    const [exact, low] = [before, after].map((program) => evaluateProgram(program, feeds, state));
    const loss = (run: typeof exact): number => run!.outputs["loss"]!.data[0]!;
    assert.ok(Math.abs(loss(low) - loss(exact)) < 0.01 * Math.abs(loss(exact)), `${loss(low)} for ${loss(exact)}`);
    assert.notEqual(loss(low), loss(exact));
    for (const name of Object.keys(exact!.state))
      exact!.state[name]!.data.forEach((x, i) => assert.ok(Math.abs(low!.state[name]!.data[i]! - x) < 0.01, name));
  });
  it("casts the merged weight of a low-rank layer once, for forward and backward", () => {
    const graph = new Graph();
    const state = (name: string, ...shape: number[]): ReturnType<Graph["state"]> =>
      graph.state(name, { type: { dtype: "f32", shape }, trains: false, initial: { zeros: true } });
    const x = graph.input("x", { dtype: "f32", shape: ["batch", "length", 4] });
    const inputs = [state("w", 5, 4), state("a", 2, 4), state("b", 5, 2)] as const;
    const y = graph.one("low_rank_linear", [x, ...inputs], { scale: 2 });
    const merged = graph.one("low_rank_merge", inputs, { scale: 2 });
    graph.output("y", graph.one("linear", [y, merged.transpose([1, 0])]));
    const low = removeDeadNodes(productPrecision.run(graph.program(), BF16));
    validateProgram(low);
    const ops = low.nodes.map((n) => n.op).filter((op) => op !== "state" && op !== "input");
    assert.deepEqual(ops, ["low_rank_merge", "cast", "cast", "linear", "transpose", "linear", "cast"]);
    assert.deepEqual(dtypesOf("linear", low), ["bf16"]);
    assert.deepEqual(dtypesOf("low_rank_merge", low), ["f32"]);
  });
});
