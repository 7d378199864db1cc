import assert from "node:assert/strict";
import { programCostOf } from "#dsl/tensor/cost.js";
import { outlineOf, type OutlineLayer } from "#dsl/tensor/outline.js";
import { graphProgram } from "#tests/kernel/display/examples.js";

const SIZES = { batch: 8, length: 32 };
const program = graphProgram();
const outline = outlineOf(program, SIZES);
const layer = (layers: readonly OutlineLayer[], name: string): OutlineLayer => layers.find((l) => l.name === name)!;

describe("outline of a program", () => {
  it("counts every FLOP and every parameter once", () => {
    assert.equal(outline.forward + outline.backward, programCostOf(program, SIZES).flops);
    const states = Object.values(program.state).map((s) => ({
      n: s.type.shape.reduce<number>((p, d) => p * (d as number), 1),
      trains: s.trains,
    }));
    assert.equal(
      outline.parameters,
      states.reduce((sum, s) => sum + s.n, 0),
    );
    assert.equal(
      outline.trainable,
      states.reduce((sum, s) => sum + (s.trains ? s.n : 0), 0),
    );
  });
  it("lists the layers from inputs to loss", () => {
    assert.deepEqual(
      outline.layers.map((l) => l.name),
      ["embeddings", "encoder", "pooler", "classifier", "loss"],
    );
  });
  it("merges identical blocks and lists different ones separately", () => {
    const blocks = layer(outline.layers, "encoder").within;
    // The first block is frozen; the other two train one layer each.
    assert.deepEqual(
      blocks.map((b) => [b.name, b.count, b.trainable > 0]),
      [
        ["0", 1, false],
        ["1", 2, true],
      ],
    );
    assert.equal(blocks[0]!.backward, 0);
    assert.deepEqual(blocks[1]!.output?.shape, ["batch", "length", 16]);
  });
  it("counts values saved for the backward pass, and none below the lowest trained layer", () => {
    const [frozen, first] = layer(outline.layers, "encoder").within;
    // The input for `inner`'s weight gradient is the first block's result; the gelu's input counts in its own block.
    assert.equal(frozen!.keptBytes, 8 * 32 * 16 * 4);
    assert.ok(first!.keptBytes > 0);
    assert.equal(layer(outline.layers, "embeddings").keptBytes, 0);
  });
});
