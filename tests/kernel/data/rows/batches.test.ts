import assert from "node:assert/strict";
import fc from "fast-check";
import { collateBatch, epochBatches } from "#kernel/data/rows/batches.js";

const numbers = (bytes: Uint8Array) => [...new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];
const padded = (lengths: Int32Array, batches: Uint32Array[]) =>
  batches.reduce((sum, batch) => sum + batch.length * Math.max(...[...batch].map((row) => lengths[row]!)), 0);

describe("training batches", () => {
  it("contain every row once, with at most one short batch", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 512 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 33 }),
        fc.constantFrom("by_length", "random", "none"),
        fc.nat(),
        (list, batchSize, shuffle, epoch) => {
          const lengths = Int32Array.from(list);
          const batches = epochBatches(lengths, { batchSize, shuffle, seed: 3, epoch });
          assert.deepEqual(
            batches.flatMap((b) => [...b]).sort((a, b) => a - b),
            list.map((_, i) => i),
          );
          assert.equal(batches.length, Math.ceil(list.length / batchSize));
          assert.ok(batches.filter((b) => b.length !== batchSize).length <= 1);
          assert.deepEqual(batches, epochBatches(lengths, { batchSize, shuffle, seed: 3, epoch }));
        },
      ),
    ));
  const lengths = Int32Array.from({ length: 800 }, (_, i) => 4 + ((i * 7919) % 97));
  const of = (shuffle: "by_length" | "random" | "none", epoch = 0, seed = 0) =>
    epochBatches(lengths, { batchSize: 32, shuffle, seed, epoch });
  it("differ between epochs and seeds", () => {
    for (const shuffle of ["by_length", "random"] as const) {
      assert.notDeepEqual(of(shuffle, 0), of(shuffle, 1));
      assert.notDeepEqual(of(shuffle, 0), of(shuffle, 0, 1));
    }
    assert.deepEqual(of("none", 0), of("none", 5, 2));
  });
  it("waste little padding with by_length, and are still shuffled", () => {
    const real = lengths.reduce((a, b) => a + b, 0);
    assert.ok(padded(lengths, of("by_length")) < 1.1 * real);
    assert.ok(padded(lengths, of("random")) > 1.5 * real);
    const longest = of("by_length").map((b) => Math.max(...[...b].map((row) => lengths[row]!)));
    assert.notDeepEqual(
      longest,
      [...longest].sort((a, b) => b - a),
      "batches come in no order of length",
    );
  });
  it("are padded on the right", () => {
    const ids = [Int32Array.of(101, 7, 102), Int32Array.of(101, 102), Int32Array.of(101, 5, 6, 7, 102)];
    const feeds = collateBatch(ids, Uint32Array.of(1, 0), 9);
    assert.deepEqual(feeds["input_ids"]?.shape, [2, 3]);
    assert.deepEqual(numbers(feeds["input_ids"]!.bytes), [101, 102, 9, 101, 7, 102]);
    assert.deepEqual(numbers(feeds["attention_mask"]!.bytes), [1, 1, 0, 1, 1, 1]);
    const even = collateBatch(ids, Uint32Array.of(2), 0, {
      multipleOf: 8,
      types: ids.map((i) => i.map((x) => (x > 6 ? 1 : 0))),
    });
    assert.deepEqual(even["input_ids"]?.shape, [1, 8]);
    assert.deepEqual(numbers(even["token_type_ids"]!.bytes), [1, 0, 0, 1, 1, 0, 0, 0]);
  });
});
