import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { precision } from "#dsl/tensor/passes/precision.js";
import { layerBlockOf, recompute } from "#dsl/tensor/passes/recompute.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { blocksProgram, blocksValues } from "./blocks.js";
import { assertGolden } from "./golden-pass.js";

const BLOCKS = { ...PLAIN_PASS_SETTINGS, recompute: "blocks" } as const;

describe("recompute", () => {
  const before = blocksProgram();
  const after = recompute.run(before, BLOCKS);
  const count = (op: string, program = after): number => program.nodes.filter((n) => n.op === op).length;

  it("makes of a small model what is committed", () => {
    validateProgram(after);
    assertGolden("recompute", recompute.doc, before, after);
  });
  it("leaves a program alone without being asked, or without a loss", () => {
    assert.equal(recompute.run(before, PLAIN_PASS_SETTINGS), before);
    const blind = { ...before, outputs: {} };
    assert.equal(recompute.run(blind, BLOCKS), blind);
  });
  it("computes a block's attention and activation again, and nothing outside blocks", () => {
    assert.equal(count("attention"), 2 * count("attention", before));
    assert.equal(count("gelu"), 2 * count("gelu", before));
    assert.equal(count("cross_entropy"), 1);
  });
  it("starts a copy only after a gradient has come back", () => {
    const loss = after.outputs["loss"]!.node;
    const copied = after.nodes.findLastIndex((n) => n.op === "attention");
    const waits = (index: number): boolean =>
      after.nodes[index]!.after?.some((n) => n > loss) ??
      after.nodes[index]!.inputs.some(({ node }) => node > loss && waits(node));
    assert.ok(copied > loss && waits(copied));
  });
  it("waits for the gradient itself, which the labels lead to, never for what is there at once", () => {
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
  it("changes nothing that is computed, dropout included, in bf16 too", () => {
    const { feeds, state } = blocksValues(before);
    assert.deepEqual(evaluateProgram(after, feeds, state), evaluateProgram(before, feeds, state));
    const low = precision.run(before, { ...PLAIN_PASS_SETTINGS, precision: "bf16" });
    assert.deepEqual(evaluateProgram(recompute.run(low, BLOCKS), feeds, state), evaluateProgram(low, feeds, state));
  });
  it("takes for a block what a layer's path has up to its first number", () => {
    assert.equal(layerBlockOf("encoder.layer.3.attention.self.query"), "encoder.layer.3");
    assert.equal(layerBlockOf("h.11.mlp.c_fc.gradient"), "h.11");
    assert.equal(layerBlockOf("layers.3"), "layers.3");
    assert.equal(layerBlockOf("pooler.dense"), undefined);
    assert.equal(layerBlockOf(undefined), undefined);
  });
});
