import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { QUANTIZATION_LEVELS } from "#dsl/tensor/numbers/levels.js";
import type { StorageForm } from "#dsl/tensor/program.js";
import { dequantizeArray, quantizeArray } from "#dsl/tensor/numbers/quantize.js";

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/storage.json", import.meta.url), "utf8"),
) as {
  readonly dynamic: string;
  readonly matrices: Readonly<
    Record<
      string,
      {
        readonly shape: readonly number[];
        readonly bytes: string;
        readonly stored: Readonly<Record<string, { readonly parts: Record<string, string>; readonly value: string }>>;
      }
    >
  >;
};
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
const floats = (text: string): Float32Array => new Float32Array(bytes(text).buffer);
const HOW: Readonly<Record<string, StorageForm>> = {
  bf16: { as: "bf16" },
  int8: { as: "int8", axis: 0 },
  nf4: { as: "nf4", double: true },
  "nf4-single": { as: "nf4", double: false },
};

describe("quantized weights", () => {
  it("use the scale levels of bitsandbytes", () => {
    const want = floats(golden.dynamic);
    assert.equal(want.length, 256);
    assert.deepEqual(
      [...want],
      QUANTIZATION_LEVELS.dynamic.map((level) => level + 0),
    );
  });
  for (const [name, { shape, bytes: text, stored }] of Object.entries(golden.matrices))
    for (const [how, want] of Object.entries(stored))
      it(`match the committed codes, and values within rounding: ${how} of ${name}`, () => {
        const parts = quantizeArray(floats(text), shape, HOW[how]!);
        assert.deepEqual(Object.keys(parts).sort(), Object.keys(want.parts).sort());
        for (const [part, array] of Object.entries(parts))
          if (array.dtype !== "f32")
            assert.deepEqual(Buffer.from(array.bytes), Buffer.from(bytes(want.parts[part]!)), part);
        const value = floats(want.value);
        dequantizeArray(parts, shape, HOW[how]!).forEach((x, i) => {
          assert.ok(Math.abs(x - value[i]!) <= 2e-6 * Math.abs(value[i]!), `${i}: ${x}, ${value[i]}`);
        });
      });
  it("round to bf16 as IEEE does: ties to even, infinities and NaN preserved", () => {
    const x = Float32Array.of(1.00390625, 1.01171875, -Infinity, NaN, 3.4e38, 0);
    const back = dequantizeArray(quantizeArray(x, [6], { as: "bf16" }), [6], { as: "bf16" });
    assert.deepEqual([...back], [1, 1.015625, -Infinity, NaN, Infinity, 0]);
  });
});
