import assert from "node:assert/strict";
import fc from "fast-check";
import { dequantizeMatrix, roundMatrix, fitsInt4, type RoundingForm } from "#dsl/tensor/numbers/rounding.js";

const WAYS: readonly RoundingForm[] = [
  { as: "int8", lines: "rows", most: 63 },
  { as: "int8", lines: "columns", most: 63 },
  { as: "int8", lines: "rows", most: 127 },
  { as: "int4", turned: true },
  { as: "int4", turned: false },
];
const named = (how: RoundingForm): string =>
  how.as === "int8" ? `int8 by ${how.lines}, ±${String(how.most)}` : `int4, ${how.turned ? "[out, in]" : "[in, out]"}`;
/** Both orientations of the matrix divide into complete blocks. */
const SHAPE = [64, 32] as const;
const matrices = fc
  .array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -8, max: 8 }), { minLength: 2048, maxLength: 2048 })
  .map((numbers) => Float32Array.from(numbers));

describe("weights rounded to integers", () => {
  for (const how of WAYS) {
    it(`are rejected if a number is not finite: ${named(how)}`, () => {
      for (const odd of [Number.NaN, Infinity, -Infinity]) {
        const x = new Float32Array(2048).fill(0.5);
        x[77] = odd;
        assert.throws(() => roundMatrix(x, SHAPE, how), { code: "round-not-finite" });
      }
    });
    it(`get the same codes if rounded twice: ${named(how)}`, () => {
      fc.assert(
        fc.property(matrices, (x) => {
          const once = roundMatrix(x, SHAPE, how);
          const again = roundMatrix(dequantizeMatrix(once), SHAPE, how);
          assert.deepEqual(again.codes, once.codes);
          // A scale may change by its last bit.
          once.scales.forEach((scale, i) =>
            assert.ok(Math.abs(again.scales[i]! - scale) <= Math.abs(scale) * 2 ** -22),
          );
        }),
        { numRuns: 20 },
      );
    });
    it(`stay within the rounding error of the original: ${named(how)}`, () => {
      fc.assert(
        fc.property(matrices, (x) => {
          const { scales } = roundMatrix(x, SHAPE, how);
          const step = scales.reduce((most, scale) => Math.max(most, Math.abs(scale)), 0);
          // The largest value of a 4-bit block may be clipped by two steps if this lowers the total error.
          const most = how.as === "int8" ? 0.5001 * step : 2.1 * step;
          dequantizeMatrix(roundMatrix(x, SHAPE, how)).forEach((value, i) =>
            assert.ok(Math.abs(value - x[i]!) <= most),
          );
        }),
        { numRuns: 20 },
      );
    });
  }
  it("have each code at the place of its number, for either layout", () => {
    const x = new Float32Array(2048);
    x[5 * 32 + 3] = 1;
    for (const how of WAYS) {
      const value = dequantizeMatrix(roundMatrix(x, SHAPE, how));
      assert.ok(Math.abs(value[5 * 32 + 3]! - 1) < 1e-6, named(how));
      assert.equal(value.filter((one) => one !== 0).length, 1, named(how));
    }
  });
  it("require full blocks of inputs for int4", () => {
    assert.equal(fitsInt4({ in: 64, out: 8 }), true);
    assert.equal(fitsInt4({ in: 40, out: 80 }), false);
    assert.equal(fitsInt4({ in: 32, out: 8 }), false);
  });
});
