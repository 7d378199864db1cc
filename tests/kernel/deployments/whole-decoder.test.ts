/** Decoder graphs without a cache, including one with fixed sizes, used by generating programs: one run per batch. */
import assert from "node:assert/strict";
import type { NDArray } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { openFixedShapeModel } from "#kernel/deployments/fixed-shapes.js";
import { graphSessionOf } from "#kernel/deployments/graph-session.js";
import { pickLogits } from "#kernel/deployments/decoders/picks.js";
import type { RunGraph } from "#kernel/deployments/runtime.js";
import type { GraphFile } from "#stdlib/targets/kind.js";

const VOCABULARY = 10;
const ints = (rows: readonly (readonly number[])[]): NDArray =>
  toNDArray("i32", makeArrayValues([rows.length, rows[0]!.length], rows.flat()));
const vector = (numbers: readonly number[]): NDArray =>
  toNDArray("i32", makeArrayValues([numbers.length], [...numbers]));
const port = (name: string) => ({ name, dtype: "i32", shape: ["batch", "length"] }) as const;
const forward: GraphFile = {
  file: "",
  inputs: { input_ids: port("input_ids"), attention_mask: port("attention_mask") },
  outputs: { logits: { name: "logits", dtype: "f32", shape: ["batch", "length", VOCABULARY] } },
};

/** Returns logits in which each token's successor is the number after it; the logit grows with the position. */
function counting(shapes: number[][]): RunGraph {
  return (_, { input_ids: ids }, __, staying) => {
    const { data, shape } = fromNDArray(ids!);
    shapes.push([...shape]);
    const [rows = 0, length = 0] = shape;
    const scores = new Float32Array(rows * length * VOCABULARY);
    data.forEach((token, at) => (scores[at * VOCABULARY + ((token + 1) % VOCABULARY)] = 1 + (at % length)));
    const logits: NDArray = {
      dtype: "f32",
      shape: [rows, length, VOCABULARY],
      bytes: new Uint8Array(scores.buffer),
    };
    return Promise.resolve(pickLogits(logits, staying!.picks!));
  };
}
const prompts = {
  input_ids: ints([
    [3, 4, 5],
    [0, 0, 7],
  ]),
  attention_mask: ints([
    [1, 1, 1],
    [0, 0, 1],
  ]),
  last: vector([2, 5]),
};
const told = async (said: Promise<Record<string, NDArray>>): Promise<number[]> => [
  ...fromNDArray((await said)["likeliest"]!).data,
];

describe("decoder session over full texts", () => {
  for (const fixed of [undefined, { batch: 1, length: 6 }, { batch: 3, length: 7 }])
    it(`runs once over the expected tokens: ${fixed ? JSON.stringify(fixed) : "free"}`, async () => {
      const shapes: number[][] = [];
      const graph = { ...forward, ...(fixed && { fixed }) };
      const close = (): Promise<void> => Promise.resolve();
      const opened = openFixedShapeModel(
        "a runtime",
        { forward: graph },
        { version: "", run: counting(shapes), close },
      );
      const session = graphSessionOf(opened, { graphs: { forward: graph }, tolerance: null });
      session.expect([[6, 7], [8]]);
      const { logits } = await session.run("prefill", prompts, ["logits"]);
      assert.deepEqual(logits!.shape, [2, VOCABULARY]);
      const first = fromNDArray(logits!).data;
      assert.deepEqual([first.indexOf(3), VOCABULARY + first.slice(VOCABULARY).indexOf(1)], [6, VOCABULARY + 8]);
      const next = { input_ids: ints([[6], [8]]) };
      assert.deepEqual(await told(session.run("decode", next, ["likeliest"])), [7, 4, 9, 2]);
      // Returns no values for texts that have ended.
      assert.deepEqual(await told(session.run("decode", next, ["likeliest"])), [8, 5, 0, 0]);
      const free = [[2, 5]];
      assert.deepEqual(
        shapes,
        !fixed
          ? free
          : fixed.batch === 1
            ? [
                [1, 6],
                [1, 6],
              ]
            : [[3, 7]],
      );
    });
});
