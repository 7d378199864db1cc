import assert from "node:assert/strict";
import { fromFloat16, toFloat16 } from "#dsl/tensor/numbers/halves.js";

describe("half precision", () => {
  const half = (x: number): number => toFloat16(Float32Array.of(x))[0]!;

  it("returns each of its 65,536 bit patterns, except NaN payloads", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const back = toFloat16(fromFloat16(all));
    all.forEach((h, i) => {
      if (Number.isNaN(fromFloat16(Uint16Array.of(h))[0]!)) assert.equal(back[i]! & 0x7fff, 0x7e00);
      else assert.equal(back[i], h);
    });
  });
  it("rounds to the nearest, ties to even", () => {
    assert.deepEqual(
      [1, 1 + 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 1 + 3 * 2 ** -11].map(half),
      [0x3c00, 0x3c00, 0x3c01, 0x3c02],
    );
    assert.deepEqual([2 ** -25, 3 * 2 ** -25, 2 ** -24, 2 ** -14 - 2 ** -26].map(half), [0, 2, 1, 0x400]);
    assert.deepEqual([65519, 65520, -1e30, Infinity].map(half), [0x7bff, 0x7c00, 0xfc00, 0x7c00]);
  });
});
