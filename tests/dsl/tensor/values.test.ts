/** Arrays that share buffers: each contains zeros and overlaps no other, whatever sizes were requested before. */
import assert from "node:assert/strict";
import { makeArrayValues, zeros } from "#dsl/tensor/values.js";

describe("arrays of zeros", () => {
  const apart = (counts: readonly number[]): void => {
    const arrays = counts.map((count) => {
      const array = zeros(count);
      assert.ok(array.length === Math.trunc(count || 0) && array.every((x) => x === 0));
      return array;
    });
    for (const [i, array] of arrays.entries()) array.fill(i + 1);
    for (const [i, array] of arrays.entries()) assert.ok(array.every((x) => x === i + 1));
  };
  it("share no element, even across full buffers", () => {
    apart(Array.from({ length: 400 }, (_, i) => (i * 7919) % 2500));
    apart([16_384, 16_385, 131_072, 131_073, 0, 1, 0, 16_384]);
  });
  it("share no element after an invalid size", () => {
    apart([3, Number.NaN, 4, 2.5, 5]);
    assert.throws(() => zeros(-1), RangeError);
    assert.throws(() => zeros(Infinity), RangeError);
    apart([3, 4]);
    assert.equal(makeArrayValues([2, Number.NaN]).data.length, 0);
    apart([3, 4]);
  });
});
