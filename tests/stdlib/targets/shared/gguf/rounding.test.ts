import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { toBf16Bits, toHalfBits, fromHalfBits } from "#stdlib/targets/shared/gguf/half.js";
import { q4_kFormat, q6_kFormat } from "#stdlib/targets/shared/gguf/k-rounding.js";
import { tensorFormatOf } from "#stdlib/targets/shared/gguf/mixture.js";
import {
  bf16Format,
  f16Format,
  q4_0Format,
  q4_1Format,
  q5_0Format,
  q5_1Format,
  q8_0Format,
  encodeTensor,
} from "#stdlib/targets/shared/gguf/rounding.js";
import { root } from "#tests/stdlib/models/golden.js";

interface Golden {
  /** f32 values in base64. */
  readonly values: string;
  readonly kinds: Readonly<Record<string, string>>;
}
const golden = JSON.parse(readFileSync(new URL("golden/oracle/gguf-roundings.json", root), "utf8")) as Golden;

describe("weights in GGML formats", () => {
  const values = new Float32Array(Uint8Array.from(Buffer.from(golden.values, "base64")).buffer);

  for (const format of [
    f16Format,
    bf16Format,
    q8_0Format,
    q4_0Format,
    q4_1Format,
    q5_0Format,
    q5_1Format,
    q4_kFormat,
    q6_kFormat,
  ])
    it(`are bit-identical to ggml's rounding: ${format.name}`, () => {
      const want = Buffer.from(golden.kinds[format.name]!, "base64");
      assert.equal(Buffer.compare(encodeTensor(values, format), want), 0);
    });

  it("round to the nearest half, ties to even", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true, min: -65000, max: 65000 }), (x) => {
        const half = toHalfBits(x);
        const at = (bits: number): number => Math.abs(fromHalfBits(bits) - x);
        const beside = [half - 1, half + 1].filter((b) => (b & 0x8000) === (half & 0x8000) && (b & 0x7c00) !== 0x7c00);
        for (const other of beside) assert.ok(at(half) < at(other) || (at(half) === at(other) && half % 2 === 0));
      }),
    );
    assert.deepEqual([toHalfBits(65520), toHalfBits(-Infinity), toHalfBits(NaN) & 0x7e00], [0x7c00, 0xfc00, 0x7e00]);
    assert.equal(toBf16Bits(NaN) & 0x7fc0, 0x7fc0);
  });

  it("use the formats that llama-quantize chooses", () => {
    const of = (
      name: string,
      shape: readonly number[],
      quantize: Parameters<typeof tensorFormatOf>[2]["quantize"],
      tied = true,
    ) => tensorFormatOf(name, shape, { quantize, tied, layers: 16 }).name;
    assert.equal(of("blk.0.attn_norm.weight", [256], "q4_0"), "F32");
    assert.equal(of("blk.0.attn_q.bias", [256], "f16"), "F32");
    assert.equal(of("position_embd.weight", [64, 256], "q8_0"), "F32");
    assert.equal(of("token_embd.weight", [300, 256], "q4_0"), "Q6_K");
    assert.equal(of("token_embd.weight", [300, 256], "q4_0", false), "Q4_0");
    assert.equal(of("output.weight", [300, 100], "q4_k", false), "F16");
    assert.equal(of("output.weight", [300, 288], "q4_k", false), "Q8_0");
    assert.equal(of("blk.7.ffn_up.weight", [64, 288], "q4_k"), "Q5_0");
    assert.equal(of("blk.0.ffn_down.weight", [64, 512], "q4_k"), "Q6_K");
    assert.equal(of("blk.3.ffn_down.weight", [64, 512], "q4_k"), "Q4_K");
    assert.equal(of("blk.4.attn_v.weight", [64, 512], "q4_k"), "Q6_K");
  });
});
