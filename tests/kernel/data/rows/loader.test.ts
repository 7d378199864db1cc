import assert from "node:assert/strict";
import fc from "fast-check";
import { DataLoader, type DataLoaderOptions } from "#kernel/data/rows/loader.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";
import { labelTargets } from "#stdlib/tasks/text_classification.run.js";

const numbers = (bytes: Uint8Array) => [...new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];

describe("data loader", () => {
  const settings = fc.record({
    texts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
    maxLength: fc.integer({ min: 2, max: 50 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
    accumulate: fc.integer({ min: 1, max: 5 }),
    packing: fc.boolean(),
    shuffle: fc.constantFrom<DataLoaderOptions["shuffle"][]>("by_length", "random", "none"),
    seed: fc.nat(1000),
  });
  it("trains each next-token step once per epoch with any settings", () =>
    fc.assert(
      fc.property(settings, ({ texts, maxLength, packing, ...o }) => {
        // Token ids are unique numbers, so that they identify each trained token.
        let next = 0;
        const ids = texts.map((length) => Int32Array.from({ length: length + 1 }, () => next++));
        const rows = new TokenWindows(new TextsInMemory(ids), maxLength, null);
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
  it("gives the same batches from any starting step", () => {
    const ids = Array.from({ length: 90 }, (_, i) => new Int32Array(2 + ((i * 37) % 23)).fill(i));
    const rows = new TokenWindows(new TextsInMemory(ids), 16, 7);
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
  it("combines two accumulated batches into the rows of one twice as large", () => {
    const ids = Array.from({ length: 40 }, (_, i) => new Int32Array(3 + (i % 5)).fill(i));
    const lengths = Int32Array.from(ids, (row) => row.length);
    const of = (batchSize: number, accumulate: number) =>
      new DataLoader(
        { ids, lengths, taught: labelTargets(Int32Array.from(ids, (_, i) => i)) },
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
  describe("with replayed rows", () => {
    const floats = (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)];
    const [fresh, kept, LABELS] = [10, 6, 3];
    const ids = Array.from({ length: fresh + kept }, (_, i) => new Int32Array(3 + (i % 4)).fill(i));
    const of = (o: Partial<DataLoaderOptions> = {}) => {
      const loader = new DataLoader(
        {
          ids,
          lengths: Int32Array.from(ids, (row) => row.length),
          taught: labelTargets(Int32Array.from(ids, (_, i) => i % LABELS)),
        },
        {
          batchSize: 4,
          accumulate: 1,
          packed: null,
          shuffle: "random",
          seed: 3,
          padId: 0,
          ...o,
          beside: { from: fresh, labels: 0.5 },
        },
      );
      const logits = Float32Array.from({ length: kept * LABELS }, (_, i) => (i % LABELS === 2 ? NaN : i));
      loader.addCachedOutputs([{ source: "der", labels: LABELS, first: fresh, logits }]);
      return loader;
    };
    const partsOf = (loader: DataLoader, step: number) => {
      const update = loader.update(step);
      return Array.from({ length: update.parts }, (_, i) => update.part(i));
    };
    it("contains every new row once per epoch and as many replayed rows, without repeats in a batch", () => {
      const loader = of();
      assert.equal(loader.total(1), 3);
      const seen: number[] = [];
      const drawn = new Set<number>();
      for (let step = 1; step <= 12; step++) {
        const rows = partsOf(loader, step)[0]!.rows!;
        const own = [...rows].filter((row) => row < fresh);
        const others = [...rows].filter((row) => row >= fresh);
        assert.equal(others.length, own.length);
        assert.equal(new Set(others).size, others.length);
        assert.deepEqual([...rows].slice(0, own.length), own);
        if (step <= 3) seen.push(...own);
        for (const row of others) drawn.add(row);
      }
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: fresh }, (_, i) => i),
      );
      assert.equal(drawn.size, kept, "in twelve batches each is drawn");
      assert.deepEqual(partsOf(of(), 5), partsOf(loader, 5), "the same from any step on");
    });
    it("weights replayed rows as set, and divides replayed outputs among all parts", () => {
      for (const accumulate of [1, 2]) {
        const parts = partsOf(of({ accumulate }), 1);
        assert.equal(of({ accumulate }).update(1).counts, 1);
        const sums = { fresh: 0, kept: 0, share: 0 };
        for (const { feeds, rows } of parts) {
          const [each, share] = ["each", "share_der"].map((name) => floats(feeds[name]!.bytes)) as [number[], number[]];
          const [said, known] = ["recalled_der", "known_der"].map((name) => floats(feeds[name]!.bytes)) as [
            number[],
            number[],
          ];
          rows!.forEach((row, at) => {
            sums[row < fresh ? "fresh" : "kept"] += each[at]!;
            sums.share += share[at]!;
            assert.equal(share[at]! > 0, row >= fresh);
            const own = known.slice(at * LABELS, (at + 1) * LABELS);
            assert.deepEqual(own, row < fresh ? [0, 0, 0] : [1, 1, 0]);
            if (row >= fresh) assert.equal(said[at * LABELS + 1], (row - fresh) * LABELS + 1);
          });
        }
        for (const [sum, want] of [
          [sums.fresh, 1],
          [sums.kept, 0.5],
          [sums.share, 1],
        ] as const)
          assert.ok(Math.abs(sum - want) < 1e-6);
      }
    });
  });
});
