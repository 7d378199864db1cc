import { defineWord } from "#dsl/language/types/define.js";
import type { CompressorImplementation } from "./kind.js";
import { unreadableUpdateError } from "./shared/places.js";

export const word = defineWord({
  kind: "compressor",
  name: "int8",
  doc: "Sends each value in one byte instead of four: an integer from −127 to 127 times a scale shared by 1,024 values, rounded up or down at random so that it is right on average. The rounding error is added to the client's next update.",
  example: "compression: int8",
  references: [
    {
      title: "QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding",
      by: "Alistarh et al.",
      year: 2017,
      url: "https://arxiv.org/abs/1610.02132",
    },
  ],
  elsewhere: {
    qsgd: "int8",
    QSGD: "int8",
    quantization: "int8",
    quantize: "int8",
    q8: "int8",
    uint8: "int8",
    "8bit": "int8",
    stochastic_rounding: "int8",
  },
  advice: { bits: "remove it: eight bits; for fewer bytes write `top_k(10%)` before it" },
  parameters: [],
  load: () => Promise.resolve(int8),
});

/** Packs blocks of 1,024 values: the scale (f32, little-endian: the largest / 127), then one byte per value. */
const BLOCK = 1024;
const MOST = 127;

const int8: CompressorImplementation = {
  values: {
    pack(_call, values, random) {
      const view = new DataView(new ArrayBuffer(bytesOf(values.length)));
      let offset = 0;
      for (let begin = 0; begin < values.length; begin += BLOCK) {
        const block = values.subarray(begin, begin + BLOCK);
        const scale = Math.fround(block.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / MOST);
        view.setFloat32(offset, scale, true);
        offset += 4;
        for (const value of block) view.setInt8(offset++, scale === 0 ? 0 : rounded(value / scale, random));
      }
      return new Uint8Array(view.buffer);
    },
    open(_call, bytes, count) {
      if (bytes.length !== bytesOf(count))
        throw unreadableUpdateError(
          `${String(count)} values take ${String(bytesOf(count))} bytes, but it has ${String(bytes.length)}`,
        );
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const values = new Float32Array(count);
      let offset = 0;
      for (let begin = 0; begin < count; begin += BLOCK) {
        const scale = view.getFloat32(offset, true);
        if (!(scale >= 0) || !Number.isFinite(scale)) throw unreadableUpdateError("a scale is no number");
        offset += 4;
        for (let k = begin; k < Math.min(count, begin + BLOCK); k++) {
          const whole = view.getInt8(offset++);
          if (whole < -MOST) throw unreadableUpdateError("a value is outside its scale");
          values[k] = whole * scale;
        }
      }
      return values;
    },
  },
};

const bytesOf = (count: number): number => count + 4 * Math.ceil(count / BLOCK);

/** Rounds stochastically: up with a probability equal to the fractional part. */
function rounded(value: number, random: () => number): number {
  return Math.max(-MOST, Math.min(MOST, Math.floor(value + random())));
}
