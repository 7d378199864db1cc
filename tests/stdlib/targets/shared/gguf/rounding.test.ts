import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { bf16Bits, halfBits, halfValue } from "#stdlib/targets/shared/gguf/half.js";
import { q4_k, q6_k } from "#stdlib/targets/shared/gguf/k-rounding.js";
import { formatOf } from "#stdlib/targets/shared/gguf/mixture.js";
import { bf16, f16, q4_0, q4_1, q5_0, q5_1, q8_0, rounded } from "#stdlib/targets/shared/gguf/rounding.js";
import { root } from "#tests/stdlib/models/golden.js";

interface Golden {
  /** f32, base 64. */
  readonly values: string;
  readonly kinds: Readonly<Record<string, string>>;
}
const golden = JSON.parse(readFileSync(new URL("golden/oracle/gguf-roundings.json", root), "utf8")) as Golden;

describe("weights in ggml's formats", () => {
  const values = new Float32Array(Uint8Array.from(Buffer.from(golden.values, "base64")).buffer);

  for (const format of [f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q4_k, q6_k])
    it(`are rounded bit for bit as ggml rounds them: ${format.name}`, () => {
      const want = Buffer.from(golden.kinds[format.name]!, "base64");
      assert.equal(Buffer.compare(rounded(values, format), want), 0);
    });

  it("are halves that are nearest, ties to even", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true, min: -65000, max: 65000 }), (x) => {
        const half = halfBits(x);
        const at = (bits: number): number => Math.abs(halfValue(bits) - x);
        const beside = [half - 1, half + 1].filter((b) => (b & 0x8000) === (half & 0x8000) && (b & 0x7c00) !== 0x7c00);
        for (const other of beside) assert.ok(at(half) < at(other) || (at(half) === at(other) && half % 2 === 0));
      }),
    );
    assert.deepEqual([halfBits(65520), halfBits(-Infinity), halfBits(NaN) & 0x7e00], [0x7c00, 0xfc00, 0x7e00]);
    assert.equal(bf16Bits(NaN) & 0x7fc0, 0x7fc0);
  });

  it("take the formats that llama-quantize chooses", () => {
    const of = (
      name: string,
      shape: readonly number[],
      quantize: Parameters<typeof formatOf>[2]["quantize"],
      tied = true,
    ) => formatOf(name, shape, { quantize, tied, layers: 16 }).name;
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
