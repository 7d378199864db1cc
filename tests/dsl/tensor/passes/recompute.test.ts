import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { productPrecision } from "#dsl/tensor/passes/precision.js";
import { layerBlockOf, recompute } from "#dsl/tensor/passes/recompute.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { blocksProgram, blocksValues } from "./blocks.js";
import { assertGolden } from "./golden-pass.js";

const BLOCKS = { ...PLAIN_PASS_SETTINGS, recompute: "blocks" } as const;

describe("recompute pass", () => {
  const before = blocksProgram();
  const after = recompute.run(before, BLOCKS);
  const count = (op: string, program = after): number => program.nodes.filter((n) => n.op === op).length;

  it("produces the committed output for a small model", () => {
    validateProgram(after);
    assertGolden("recompute", recompute.doc, before, after);
  });
  it("leaves a program unchanged unless enabled, or without a loss", () => {
    assert.equal(recompute.run(before, PLAIN_PASS_SETTINGS), before);
    const blind = { ...before, outputs: {} };
    assert.equal(recompute.run(blind, BLOCKS), blind);
  });
  it("recomputes attention and activation of blocks, and nothing outside blocks", () => {
    assert.equal(count("attention"), 2 * count("attention", before));
    assert.equal(count("gelu"), 2 * count("gelu", before));
    assert.equal(count("cross_entropy"), 1);
  });
  it("starts a copy only after a gradient has arrived", () => {
    const loss = after.outputs["loss"]!.node;
    const copied = after.nodes.findLastIndex((n) => n.op === "attention");
    const waits = (index: number): boolean =>
      after.nodes[index]!.after?.some((n) => n > loss) ??
      after.nodes[index]!.inputs.some(({ node }) => node > loss && waits(node));
    assert.ok(copied > loss && waits(copied));
  });
  it("waits only for values that depend on the labels", () => {
    const labels = after.inputs["labels"]!.ref.node;
    const told = new Set([labels]);
    after.nodes.forEach((n, index) => n.inputs.some(({ node }) => told.has(node)) && told.add(index));
    const waited = after.nodes.flatMap((n) => n.after ?? []);
    assert.ok(waited.length > 0);
    assert.deepEqual(
      waited.filter((index) => !told.has(index)),
      [],
    );
  });
  it("changes no result, dropout included, also in bf16", () => {
    const { feeds, state } = blocksValues(before);
    assert.deepEqual(evaluateProgram(after, feeds, state), evaluateProgram(before, feeds, state));
    const low = productPrecision.run(before, { ...PLAIN_PASS_SETTINGS, precision: "bf16" });
    assert.deepEqual(evaluateProgram(recompute.run(low, BLOCKS), feeds, state), evaluateProgram(low, feeds, state));
  });
  it("derives the block from a layer's path up to its first number", () => {
    assert.equal(layerBlockOf("encoder.layer.3.attention.self.query"), "encoder.layer.3");
    assert.equal(layerBlockOf("h.11.mlp.c_fc.gradient"), "h.11");
    assert.equal(layerBlockOf("layers.3"), "layers.3");
    assert.equal(layerBlockOf("pooler.dense"), undefined);
    assert.equal(layerBlockOf(undefined), undefined);
  });
});
