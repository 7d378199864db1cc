import assert from "node:assert/strict";
import fc from "fast-check";
import { DataLoader, type DataLoaderOptions } from "#kernel/core/data/loader.js";
import { TextsInMemory } from "#kernel/core/data/token-rows.js";
import { Windows } from "#kernel/core/data/windows.js";
import { taughtLabels } from "#stdlib/tasks/text_classification.run.js";

const numbers = (bytes: Uint8Array) => [...new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];

describe("loader", () => {
  const settings = fc.record({
    texts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
    maxLength: fc.integer({ min: 2, max: 50 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
    accumulate: fc.integer({ min: 1, max: 5 }),
    packing: fc.boolean(),
    shuffle: fc.constantFrom<DataLoaderOptions["shuffle"][]>("by_length", "random", "none"),
    seed: fc.nat(1000),
  });
  it("trains every step from a token to the next once an epoch, whatever the settings", () =>
    fc.assert(
      fc.property(settings, ({ texts, maxLength, packing, ...o }) => {
        // Labels are unique numbers, so each trained step is seen in them.
        let next = 0;
        const ids = texts.map((length) => Int32Array.from({ length: length + 1 }, () => next++));
        const rows = new Windows(new TextsInMemory(ids), maxLength, null);
        const loader = new DataLoader(
          { ids: rows, lengths: rows.lengths, taught: null },
          { ...o, packed: packing ? maxLength : null, padId: 0 },
        );
        const all = ids.flatMap((text) => [...text.subarray(1)]);
        let step = 0;
        for (const epoch of [0, 1, 2]) {
          const seen: number[] = [];
          for (let i = 0; i < loader.updates(epoch); i++) {
            const update = loader.update(++step);
            assert.equal(update.epoch, epoch);
            let counts = 0;
            for (let part = 0; part < update.parts; part++) {
              const { feeds, counts: own } = update.part(part);
              const labels = numbers(feeds["labels"]!.bytes);
              assert.equal(labels.length, own);
              const input = numbers(feeds["input_ids"]!.bytes);
              numbers(feeds["targets"]!.bytes).forEach((at, n) => assert.equal(input[at], labels[n]! - 1));
              seen.push(...labels);
              counts += own;
            }
            assert.equal(update.counts, counts);
            assert.ok(update.parts >= 1 && update.parts <= o.accumulate);
          }
          assert.deepEqual(
            seen.sort((a, b) => a - b),
            all,
          );
          assert.ok(Math.abs(loader.epochsDone(step) - (epoch + 1)) < 1e-9);
        }
        assert.equal(loader.total(3), step);
      }),
      { numRuns: 60 },
    ));
  it("is the same from any step on", () => {
    const ids = Array.from({ length: 90 }, (_, i) => new Int32Array(2 + ((i * 37) % 23)).fill(i));
    const rows = new Windows(new TextsInMemory(ids), 16, 7);
    const of = () =>
      new DataLoader(
        { ids: rows, lengths: rows.lengths, taught: null },
        { batchSize: 3, accumulate: 2, packed: 16, shuffle: "random", seed: 4, padId: 0 },
      );
    const straight = of();
    for (let step = 1; step <= 30; step++) straight.update(step).part(0);
    const part = (loader: DataLoader) => loader.update(31).part(1);
    assert.deepEqual(part(of()), part(straight));
  });
  it("two batches in one update hold the rows of a batch twice as large", () => {
    const ids = Array.from({ length: 40 }, (_, i) => new Int32Array(3 + (i % 5)).fill(i));
    const lengths = Int32Array.from(ids, (row) => row.length);
    const of = (batchSize: number, accumulate: number) =>
      new DataLoader(
        { ids, lengths, taught: taughtLabels(Int32Array.from(ids, (_, i) => i)) },
        { batchSize, accumulate, packed: null, shuffle: "random", seed: 9, padId: 0 },
      );
    const [whole, parts] = [of(8, 1), of(4, 2)];
    assert.equal(whole.total(2), parts.total(2));
    for (const step of [1, 4, 7]) {
      const [one, two] = [whole.update(step), parts.update(step)];
      const labels = (update: typeof one) =>
        Array.from({ length: update.parts }, (_, i) => numbers(update.part(i).feeds["labels"]!.bytes)).flat();
      assert.deepEqual(labels(two), labels(one));
      assert.deepEqual([two.tokens, two.counts], [one.tokens, one.counts]);
    }
  });
});
