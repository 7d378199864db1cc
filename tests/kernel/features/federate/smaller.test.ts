/** Compressed updates: the transferred part and the remainder for the next round. */
import assert from "node:assert/strict";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { updateCompressorOf, uncompressedUpdate } from "#kernel/features/federate/simulated/reduced-updates.js";

describe("compressed updates", () => {
  it("contain the largest values, and carry the remainder over to the next round", async () => {
    const implementation = await implementationOf(registry, "compressor", "top_k");
    const call = { kind: "compressor", word: "top_k", arguments: { share: { share: 0.25 } } } as const;
    const smaller = updateCompressorOf([{ call, implementation }], 1);
    const of = { client: 0, round: 1 };
    const first = smaller(Float32Array.of(1, -4, 2, 3), null, of);
    assert.deepEqual([...first.opened], [0, -4, 0, 0]);
    assert.deepEqual([...(first.left ?? [])], [1, 0, 2, 3]);
    assert.ok(first.bytes < 16);
    const second = smaller(Float32Array.of(0, 1, 0, 1), first.left, { client: 0, round: 2 });
    assert.deepEqual([...second.opened], [0, 0, 0, 4]);
    assert.deepEqual([...(second.left ?? [])], [1, 1, 2, 0]);
  });
  it("are sent in full without a compressor", () => {
    assert.equal(updateCompressorOf([], 1), uncompressedUpdate);
    assert.deepEqual(uncompressedUpdate(Float32Array.of(1, 2), null, { client: 0, round: 1 }).bytes, 8);
  });
});
