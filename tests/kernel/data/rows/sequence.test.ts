import assert from "node:assert/strict";
import type { NDArray } from "#dsl/tensor/program.js";
import { epochBatches } from "#kernel/data/rows/batches.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { seq2seqTargetFeeds } from "#kernel/data/sequences/sequence.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";

const numbers = (array: NDArray | undefined): number[][] => {
  const { bytes, shape } = array!;
  const all = Array.from(new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4));
  const width = shape.at(-1)!;
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
};
const texts = (rows: readonly (readonly number[])[]): TextsInMemory =>
  new TextsInMemory(rows.map((row) => Int32Array.from(row)));

describe("text pairs", () => {
  const inputs = texts([
    [11, 12, 1],
    [13, 1],
    [14, 15, 16, 17, 1],
  ]);
  const targets = texts([[21, 1], [22, 23, 24, 1], [1]]);
  const pairs = { ids: targets, lengths: targets.lengths, start: 7, padId: 0 };
  const rows = { ids: inputs, lengths: inputs.lengths, taught: seq2seqTargetFeeds(pairs), written: targets.lengths };
  const o = { batchSize: 2, accumulate: 1, packed: null, shuffle: "none", seed: 0, padId: 0 } as const;

  it("have shifted targets with every token trained, but no padding", () => {
    const [first, second] = [...new DataLoader(rows, o).pass()];
    const { feeds, tokens, counts } = first!;
    assert.deepEqual(numbers(feeds["input_ids"]), [
      [11, 12, 1],
      [13, 1, 0],
    ]);
    assert.deepEqual(numbers(feeds["attention_mask"]), [
      [1, 1, 1],
      [1, 1, 0],
    ]);
    assert.deepEqual(numbers(feeds["decoder_input_ids"]), [
      [7, 21, 0, 0],
      [7, 22, 23, 24],
    ]);
    assert.deepEqual(numbers(feeds["targets"]), [[0, 1, 4, 5, 6, 7]]);
    assert.deepEqual(numbers(feeds["labels"]), [[21, 1, 22, 23, 24, 1]]);
    assert.deepEqual([tokens, counts], [5 + 6, 6]);
    assert.deepEqual(numbers(second!.feeds["decoder_input_ids"]), [[7]]);
    assert.deepEqual([second!.tokens, second!.counts], [6, 1]);
  });

  it("share a batch with pairs of similar lengths on both sides", () => {
    const count = 64;
    const reads = Int32Array.from({ length: count }, (_, i) => 2 + (i % 4) * 20);
    const writes = Int32Array.from({ length: count }, (_, i) => 2 + (Math.floor(i / 4) % 2) * 50);
    const batches = epochBatches(reads, { batchSize: 4, shuffle: "by_length", seed: 3, epoch: 0, also: writes });
    const padding = batches.reduce((sum, batch) => {
      const longest = (of: Int32Array): number => Math.max(...Array.from(batch, (row) => of[row]!));
      const whole = batch.length * (longest(reads) + longest(writes));
      return sum + whole - batch.reduce((own, row) => own + reads[row]! + writes[row]!, 0);
    }, 0);
    assert.equal(padding, 0, "eight sorts of rows, and none shares a batch with another");
    assert.deepEqual(
      batches.flatMap((batch) => [...batch]).sort((a, b) => a - b),
      [...reads.keys()],
    );
  });
});
