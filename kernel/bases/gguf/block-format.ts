/** A block format of ggml: how many elements a block holds in how many bytes, and how they come out of them. */

/** `decode` writes the elements of all blocks; `elements` and `bytes` are those of one. */
export interface BlockFormat {
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
  decode(from: DataView, to: Float32Array): void;
}

/** `one` writes the elements of the block at `at` from `out` on. */
export function blocks(
  name: string,
  elements: number,
  bytes: number,
  one: (from: DataView, at: number, to: Float32Array, out: number) => void,
): BlockFormat {
  return {
    name,
    elements,
    bytes,
    decode(from, to) {
      for (let block = 0; block * elements < to.length; block++) one(from, block * bytes, to, block * elements);
    },
  };
}

/** A number of half precision. */
export function half(from: DataView, at: number): number {
  const bits = from.getUint16(at, true);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
