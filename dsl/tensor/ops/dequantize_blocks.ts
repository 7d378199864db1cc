import { numberAttribute, numberListAttribute, oneOfAttribute, type InferAttributes } from "../attributes.js";
import { QUANTIZATION_LEVELS, type QuantizationLevelsName } from "../numbers/levels.js";
import { defineOp } from "../op.js";
import { elementCount, OpInputError, requireShape } from "../shape.js";
import { elementCountOfShape, makeArrayValues, DTYPE_BYTES } from "../values.js";

/** Parsed attributes of the op. */
export interface BlockQuantization {
  readonly levels: readonly number[];
  readonly bits: 4 | 8;
  readonly block: number;
  readonly shape: readonly number[];
  /** Elements of the shape, and of its blocks with the last one padded. */
  readonly count: number;
  readonly padded: number;
}
const BLOCKS = {
  levels: oneOfAttribute(["nf4", "dynamic"] satisfies readonly QuantizationLevelsName[]),
  block: numberAttribute,
  shape: numberListAttribute,
};
export function blockQuantizationOf({ levels: name, block, shape }: InferAttributes<typeof BLOCKS>): BlockQuantization {
  const levels = QUANTIZATION_LEVELS[name];
  const count = elementCountOfShape(shape);
  return { levels, bits: levels.length === 16 ? 4 : 8, block, shape, count, padded: Math.ceil(count / block) * block };
}

export const dequantize_blocks = defineOp({
  name: "dequantize_blocks",
  doc:
    "(codes u8, scales f32 [blocks]) → f32 `shape`: what each code stands for (`levels`: nf4 or dynamic) · the scale of its block of `block` elements, in row-major order. " +
    "Codes of 4 bits lie two in a byte, the first in its high half; the last block may be longer than what is left of the shape.",
  makesWeight: true,
  inputs: ["codes", "scales"],
  attributes: BLOCKS,
  type([codes, scales], attributes) {
    const { bits, block, shape, padded } = blockQuantizationOf(attributes);
    if (codes.dtype !== "u8" || scales.dtype !== "f32") throw new OpInputError("codes must be u8, scales f32");
    if ((block * bits) % 8 !== 0) throw new OpInputError("a block must be whole bytes");
    requireShape(scales, [padded / block], "the scales");
    requireShape(codes, [(padded * bits) / 8], "the codes");
    return [{ dtype: "f32", shape }];
  },
  evaluate([codes, scales], attributes) {
    const { levels, bits, block, shape } = blockQuantizationOf(attributes);
    const code = (i: number): number => {
      if (bits === 8) return codes.data[i]!;
      const both = codes.data[i >> 1]!;
      return i % 2 ? both & 15 : both >> 4;
    };
    const y = makeArrayValues(shape);
    for (let i = 0; i < y.data.length; i++) y.data[i] = levels[code(i)]! * scales.data[Math.floor(i / block)]!;
    return [y];
  },
  // Indices into the table of levels, and the levels before scaling.
  workspace: ([codes], { shape }, sizes) =>
    4 * elementCount(codes, sizes) + DTYPE_BYTES.f32 * elementCountOfShape(shape),
});
