/** A block format of ggml: elements and bytes per block, and how to decode them. */
import { fromHalfBits } from "#stdlib/targets/shared/gguf/half.js";

/** `decode` writes the elements of all blocks; `elements` and `bytes` are per block. */
export interface GgufBlockFormat {
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
  decode(from: DataView, to: Float32Array): void;
}

/** `one` decodes a block at its offset and writes its elements from `out` on. */
export function defineBlockFormat(
  name: string,
  elements: number,
  bytes: number,
  one: (from: DataView, offset: number, to: Float32Array, out: number) => void,
): GgufBlockFormat {
  return {
    name,
    elements,
    bytes,
    decode(from, to) {
      for (let block = 0; block * elements < to.length; block++) one(from, block * bytes, to, block * elements);
    },
  };
}

export function readFloat16(from: DataView, offset: number): number {
  return fromHalfBits(from.getUint16(offset, true));
}
