/** The contract of every word of the kind `compressor`, whoever wrote it, and of chains of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Value } from "#dsl/language/types/value.js";
import { unpackUpdate, packUpdate, type ConfiguredUpdateCompressor } from "#stdlib/compressors/shared/pack.js";
import { registry } from "#stdlib/registry.js";

const words = registry.ofKind("compressor").filter(({ planned }) => !planned);
const of = async (word: string, given: Readonly<Record<string, Value>> = {}): Promise<ConfiguredUpdateCompressor> => ({
  call: { kind: "compressor", word, arguments: given },
  implementation: await implementationOf(registry, "compressor", word),
});
/** Generates a reproducible sequence of numbers in [0, 1). */
function drawing(seed = 1): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
const value = fc.float({ min: -8, max: 8, noNaN: true });
const update = fc.array(value, { maxLength: 2300 }).map((all) => Float32Array.from(all));
const chains = async (): Promise<readonly (readonly ConfiguredUpdateCompressor[])[]> => {
  const [top, few, int8] = [
    await of("top_k", { share: { share: 0.1 } }),
    await of("top_k", { share: { share: 0.003 } }),
    await of("int8"),
  ];
  return [
    [],
    ...(await Promise.all(words.map(async ({ name }) => [await of(name)]))),
    [top, int8],
    [few, int8],
    [top, few],
    [int8, top],
  ];
};
const unread = (error: unknown): boolean => error instanceof CodedError && error.code === "update-unread";

describe("compressed updates", () => {
  it("decompress to the sent values, with the rest as residual", async () => {
    for (const chain of await chains())
      fc.assert(
        fc.property(update, (one) => {
          const before = one.slice();
          const { bytes, left } = packUpdate(one, chain, drawing());
          assert.deepEqual(one, before);
          const seen = unpackUpdate(bytes, one.length, chain);
          assert.equal(seen.length, one.length);
          seen.forEach((got, at) => assert.equal(left[at], Math.fround(one[at]! - got)));
          if (chain.length === 0) assert.deepEqual(seen, one);
        }),
        { numRuns: 40 },
      );
  });
  it("lose nothing over rounds: sent values plus residual equal the total", async () => {
    for (const chain of await chains()) {
      const random = drawing(5);
      const [sent, all] = [new Float64Array(400), new Float64Array(400)];
      let left = new Float32Array(400);
      for (let round = 0; round < 60; round++) {
        const now = left.map((value, at) => value + Math.fround(random() - (at % 3) / 2));
        all.forEach((_, at) => (all[at]! += now[at]! - left[at]!));
        const done = packUpdate(now, chain, random);
        unpackUpdate(done.bytes, 400, chain).forEach((value, at) => (sent[at]! += value));
        left = Float32Array.from(done.left);
      }
      all.forEach((value, at) => assert.ok(Math.abs(value - sent[at]! - left[at]!) < 1e-3));
      assert.ok(left.every((value) => Math.abs(value) < 40));
    }
  });
  it("have the documented sizes", async () => {
    const random = drawing(9);
    const one = Float32Array.from({ length: 300_000 }, () => random() - 0.5);
    const size = async (...chain: readonly Promise<ConfiguredUpdateCompressor>[]): Promise<number> =>
      packUpdate(one, await Promise.all(chain), random).bytes.length;
    const [tenth, some, few] = [
      of("top_k"),
      of("top_k", { share: { share: 0.3 } }),
      of("top_k", { share: { share: 0.01 } }),
    ];
    assert.equal(await size(), 5 + 4 * 300_000);
    assert.equal(await size(of("int8")), 5 + 300_000 + 4 * 293);
    // A gap of ten nearly always takes one byte.
    assert.ok((await size(tenth)) < 5.01 * 30_000);
    assert.ok((await size(tenth, of("int8"))) < 2.01 * 30_000);
    assert.ok((await size(few, of("int8"))) < 2.5 * 3000);
    // One bit per position, where gaps would take more.
    assert.equal(await size(some, of("int8")), 9 + 37_500 + 90_000 + 4 * 88);
  });
  it("are rejected before sending if a value is not finite", () => {
    for (const odd of [Number.NaN, Infinity, -Infinity])
      assert.throws(
        () => packUpdate(Float32Array.of(1, odd, 2, odd), [], Math.random),
        (error) =>
          error instanceof CodedError &&
          error.code === "update-not-finite" &&
          /2 values of an update of 4/.test(error.message),
      );
  });
  it("are rejected if hostile, without any other failure", async () => {
    for (const chain of await chains()) {
      const one = Float32Array.from({ length: 1500 }, (_, at) => (at % 7) - 3);
      const { bytes } = packUpdate(one, chain, drawing());
      for (const length of [0, 1, 1499, 1501]) assert.throws(() => unpackUpdate(bytes, length, chain), unread);
      for (const cut of [0, 1, 4, 5, bytes.length - 1])
        assert.throws(() => unpackUpdate(bytes.subarray(0, cut), 1500, chain), unread);
      assert.throws(() => unpackUpdate(Uint8Array.of(...bytes, 0), 1500, chain), unread);
      for (const first of [3, 255])
        assert.throws(() => unpackUpdate(Uint8Array.of(first, ...bytes.subarray(1)), 1500, chain), unread);
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 90 }),
          fc.nat(40),
          fc.nat(40),
          fc.nat(2),
          (drawn, length, count, form) => {
            const begun = Uint8Array.of(form, length, 0, 0, 0, ...(form === 0 ? [] : [count, 0, 0, 0]), ...drawn);
            try {
              for (const bytes of [drawn, begun]) assert.equal(unpackUpdate(bytes, length, chain).length, length);
            } catch (error) {
              assert.ok(unread(error), String(error));
            }
          },
        ),
        { numRuns: 500 },
      );
    }
  });
  it("are rejected if values of the plan are missing or the encoding is not canonical", async () => {
    const [top, int8] = [await of("top_k", { share: { share: 0.5 } }), await of("int8")];
    const { bytes } = packUpdate(Float32Array.of(1, 0, 5, 0), [top], drawing());
    assert.deepEqual([...bytes.subarray(0, 11)], [2, 4, 0, 0, 0, 2, 0, 0, 0, 0b101, 0]);
    assert.deepEqual(unpackUpdate(bytes, 4, [top]), Float32Array.of(1, 0, 5, 0));
    assert.throws(() => unpackUpdate(bytes, 4, []), unread);
    const with2 = (places: readonly number[], form: number): Uint8Array =>
      Uint8Array.of(form, 4, 0, 0, 0, 2, 0, 0, 0, ...places, ...bytes.subarray(10));
    assert.deepEqual(unpackUpdate(with2([0, 1], 1), 4, [top]), Float32Array.of(1, 0, 5, 0));
    for (const places of [
      [0, 3],
      [4, 0],
      [0, 129, 0],
      [128, 0, 1],
      [255, 255, 255, 255, 255, 1, 0],
    ])
      assert.throws(() => unpackUpdate(with2(places, 1), 4, [top]), unread, String(places));
    for (const places of [[0b111], [0b1], [0b10001]])
      assert.throws(() => unpackUpdate(with2(places, 2), 4, [top]), unread);
    const small = packUpdate(Float32Array.of(1, -1), [int8], drawing()).bytes;
    for (const [at, byte] of [
      [9, 128],
      [8, 255],
      [7, 255],
    ] as const) {
      const changed = small.slice();
      changed[at] = byte;
      if (at === 7) changed[8] = 127;
      assert.throws(() => unpackUpdate(changed, 2, [int8]), unread, String(at));
    }
  });
});

describe("compressor top_k", () => {
  it("keeps the largest by magnitude, the first among equals, and at least one", async () => {
    const { implementation, call } = await of("top_k", { share: { share: 0.4 } });
    const kept = (values: readonly number[]) =>
      implementation.keep!(call, { length: values.length, places: null, values: Float32Array.from(values) });
    assert.deepEqual([...kept([1, -5, 0, 5, 2]).places!], [1, 3]);
    assert.deepEqual([...kept([2, 2, -2, 2, 2]).places!], [0, 1]);
    assert.deepEqual([...kept([0.5]).places!], [0]);
    assert.deepEqual([...kept([]).places!], []);
    const twice = implementation.keep!(call, {
      length: 90,
      places: Uint32Array.of(3, 40, 41, 80, 89),
      values: Float32Array.of(1, 9, -9, 2, 3),
    });
    assert.deepEqual([...twice.places!], [40, 41]);
    assert.deepEqual([...twice.values], [9, -9]);
  });
});

describe("compressor int8", () => {
  it("is unbiased, with an error of at most one step of its scale", async () => {
    const chain = [await of("int8")];
    const one = Float32Array.of(1, 0.3337, -0.6219, 1e-4, 0, -1);
    const [random, runs, sums] = [drawing(3), 20_000, new Float64Array(one.length)];
    for (let run = 0; run < runs; run++)
      unpackUpdate(packUpdate(one, chain, random).bytes, one.length, chain).forEach((value, at) => {
        assert.ok(Math.abs(value - one[at]!) <= 1 / 127 + 1e-6);
        sums[at]! += value;
      });
    // The standard error of a quantization step over this many runs is 1 / 127 / 2 / √20000 = 2.8e-5.
    sums.forEach((sum, at) => assert.ok(Math.abs(sum / runs - one[at]!) < 1.2e-4, `${at}: ${sum / runs}`));
  });
  it("scales each block of 1,024 values separately, so small values stay precise", async () => {
    const chain = [await of("int8")];
    const one = Float32Array.from({ length: 2048 }, (_, at) => (at < 1024 ? 1000 : 1e-3) * Math.cos(at));
    unpackUpdate(packUpdate(one, chain, drawing()).bytes, 2048, chain).forEach((value, at) => {
      assert.ok(Math.abs(value - one[at]!) <= (at < 1024 ? 1000 : 1e-3) / 126);
    });
  });
});
