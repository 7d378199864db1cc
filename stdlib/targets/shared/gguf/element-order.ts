/**
 * In what order llama.cpp has a checkpoint's elements: it turns neighbouring pairs (rope) where transformers turns halves, so
 * row i of a head's second half lies beside row i of the first; and all its linear layers lie [out, in].
 */

/** `data`: [heads × 2 × half, ...], `rows` of them in all; from halves to neighbours. */
export function interleaveHalves(data: Float32Array, heads: number, rows: number): Float32Array<ArrayBuffer> {
  return placed(data, heads, rows, (half, neighbour) => [neighbour, half]);
}

/** From neighbours back to halves. */
export function deinterleaveHalves(data: Float32Array, heads: number, rows: number): Float32Array<ArrayBuffer> {
  return placed(data, heads, rows, (half, neighbour) => [half, neighbour]);
}

function placed(
  data: Float32Array,
  heads: number,
  rows: number,
  /** Rows to and from, of a row's place among halves and among neighbours. */
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

/** [rows, columns] → [columns, rows]. */
export function transposeMatrix(data: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
