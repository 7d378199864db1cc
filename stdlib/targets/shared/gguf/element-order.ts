/**
 * Element order in llama.cpp. It rotates neighbouring pairs (RoPE) where transformers rotates halves, so row i of a
 * head's second half follows row i of the first. All its linear layers are stored as [out, in].
 */

/** Reorders halves to neighbouring pairs. `data`: [heads × 2 × half, ...] with `rows` rows in total. */
export function interleaveHalves(data: Float32Array, heads: number, rows: number): Float32Array<ArrayBuffer> {
  return placed(data, heads, rows, (half, neighbour) => [neighbour, half]);
}

/** Reorders neighbouring pairs back to halves. */
export function deinterleaveHalves(data: Float32Array, heads: number, rows: number): Float32Array<ArrayBuffer> {
  return placed(data, heads, rows, (half, neighbour) => [half, neighbour]);
}

function placed(
  data: Float32Array,
  heads: number,
  rows: number,
  /** Returns the destination and source row from a row's index in the half order and in the pair order. */
  way: (half: number, neighbour: number) => readonly [to: number, from: number],
): Float32Array<ArrayBuffer> {
  const row = data.length / rows;
  const half = rows / heads / 2;
  const out = new Float32Array(data.length);
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < half; i++)
      for (let side = 0; side < 2; side++) {
        const [to, from] = way((h * 2 + side) * half + i, (h * half + i) * 2 + side);
        out.set(data.subarray(from * row, (from + 1) * row), to * row);
      }
  return out;
}

/** Transposes [rows, columns] to [columns, rows]. */
export function transposeMatrix(data: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
