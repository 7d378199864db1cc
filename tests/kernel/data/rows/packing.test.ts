import assert from "node:assert/strict";
import fc from "fast-check";
import { collateNextTokens, collatePackedRows } from "#kernel/data/sequences/next-token.js";
import { packRows } from "#kernel/data/sequences/packing.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";

const numbers = (array: { readonly bytes: Uint8Array } | undefined) => {
  assert.ok(array);
  const { bytes } = array;
  return [...new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];
};
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
/** Lengths distributed like those of real texts: many short, few long. */
const mixed = Int32Array.from({ length: 3000 }, (_, i) => 8 + Math.floor(240 * (((i * 7919) % 1000) / 1000) ** 3));

describe("row packing", () => {
  const packs = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 300 }),
    capacity: fc.integer({ min: 64, max: 200 }),
    shuffle: fc.boolean(),
    chunk: fc.integer({ min: 1, max: 80 }),
    seed: fc.nat(),
    epoch: fc.nat(9),
  });
  it("puts every text in exactly one row within its capacity", () =>
    fc.assert(
      fc.property(packs, ({ lengths, ...o }) => {
        const rows = packRows(Int32Array.from(lengths), o);
        assert.deepEqual(
          rows.flatMap((row) => [...row]).sort((a, b) => a - b),
          lengths.map((_, i) => i),
        );
        for (const row of rows) assert.ok(row.length > 0 && sum([...row].map((text) => lengths[text]!)) <= o.capacity);
        assert.deepEqual(rows, packRows(Int32Array.from(lengths), o));
      }),
    ));
  it("leaves at most one row per chunk half empty", () =>
    fc.assert(
      fc.property(packs, ({ lengths, ...o }) => {
        const own = { ...o, shuffle: true, chunk: lengths.length + 1 };
        const rows = packRows(Int32Array.from(lengths), own);
        const half = rows.filter((row) => 2 * sum([...row].map((text) => lengths[text]!)) <= o.capacity);
        assert.ok(half.length <= 1);
      }),
    ));
  it("preserves the order without shuffling", () => {
    const rows = packRows(Int32Array.of(5, 5, 3, 9, 1), { capacity: 10, shuffle: false, seed: 0, epoch: 0 });
    assert.deepEqual(
      rows.map((row) => [...row]),
      [[0, 1], [2], [3, 4]],
    );
  });
  it("fills rows to 98 % for mixed lengths, and regroups the texts each epoch", () => {
    const pack = (epoch: number) => packRows(mixed, { capacity: 512, shuffle: true, seed: 1, epoch, chunk: 512 });
    const rows = pack(0);
    assert.ok(sum(mixed) / (rows.length * 512) > 0.98);
    const company = (all: Uint32Array[]) => {
      const of = new Map<number, string>();
      for (const row of all) for (const text of row) of.set(text, [...row].sort((a, b) => a - b).join());
      return of;
    };
    const [one, other] = [company(rows), company(pack(1))];
    assert.ok([...one].filter(([text, row]) => other.get(text) === row).length < 0.02 * mixed.length);
    // Packed rows of long and of short texts are mixed: the first half of the rows contains about half of the texts.
    const first = sum(rows.slice(0, rows.length >> 1).map((row) => row.length)) / mixed.length;
    assert.ok(Math.abs(first - 0.5) < 0.05);
  });
  it("rejects a text longer than a row", () => {
    assert.throws(() => packRows(Int32Array.of(3, 11), { capacity: 10, shuffle: true, seed: 0, epoch: 0 }), RangeError);
  });
});

describe("token windows", () => {
  it("contain every next-token step once, including the end token", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        fc.option(fc.constant(-1)),
        (lengths, capacity, end) => {
          let next = 0;
          const texts = lengths.map((length) => Int32Array.from({ length }, () => next++));
          const windows = new TokenWindows(new TextsInMemory(texts), capacity, end);
          const seen = Array.from({ length: windows.length }, (_, row) => {
            const ids = windows.at(row)!;
            assert.equal(ids.length, windows.lengths[row]! + 1);
            assert.ok(windows.lengths[row]! >= 1 && windows.lengths[row]! <= capacity);
            return Array.from(ids.subarray(1), (label, i) => `${ids[i]} ${label}`);
          }).flat();
          const all = texts.flatMap((text) => {
            const whole = end === null ? [...text] : [...text, end];
            return whole.slice(1).map((label, i) => `${whole[i]} ${label}`);
          });
          assert.deepEqual(seen, all);
        },
      ),
    ));
});

describe("next-token batches", () => {
  const texts = [Int32Array.of(10, 11, 12, 13), Int32Array.of(20, 21), Int32Array.of(30, 31, 32)];
  it("have the following tokens as labels and no trained padding, with one text per row", () => {
    const feeds = collateNextTokens(texts, [1, 0], { padId: 9 });
    assert.deepEqual(feeds["input_ids"]?.shape, [2, 3]);
    assert.deepEqual(numbers(feeds["input_ids"]), [20, 9, 9, 10, 11, 12]);
    assert.deepEqual(numbers(feeds["attention_mask"]), [1, 0, 0, 1, 1, 1]);
    assert.deepEqual(numbers(feeds["targets"]), [0, 3, 4, 5]);
    assert.deepEqual(numbers(feeds["labels"]), [21, 11, 12, 13]);
    assert.ok(!("segments" in feeds) && !("positions" in feeds));
  });
  it("reset positions and separate texts by segment when packed", () => {
    const feeds = collatePackedRows(texts, [[0, 2], [1]], { padId: 9 });
    assert.deepEqual(numbers(feeds["input_ids"]), [10, 11, 12, 30, 31, 20, 9, 9, 9, 9]);
    assert.deepEqual(numbers(feeds["positions"]), [0, 1, 2, 0, 1, 0, 0, 0, 0, 0]);
    assert.deepEqual(numbers(feeds["segments"]), [1, 1, 1, 2, 2, 1, 0, 0, 0, 0]);
    assert.deepEqual(numbers(feeds["targets"]), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(numbers(feeds["labels"]), [11, 12, 13, 31, 32, 21]);
  });
});
