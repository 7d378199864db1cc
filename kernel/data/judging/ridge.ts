/** Parts of ridge regression by the normal equations. All matrices are row-major, in f64. */

export interface FeatureMatrix {
  /** [rows × width]: standardized columns (mean 0, deviation 1), and a last column of ones. */
  readonly values: Float64Array;
  readonly count: number;
  readonly width: number;
}

export function standardiseFeatures(vectors: readonly Float32Array[]): FeatureMatrix {
  const [count, size] = [vectors.length, vectors[0]?.length ?? 0];
  const width = size + 1;
  const values = new Float64Array(count * width).fill(1);
  for (let column = 0; column < size; column++) {
    let [sum, squares] = [0, 0];
    for (const vector of vectors) {
      sum += vector[column]!;
      squares += vector[column]! ** 2;
    }
    const mean = sum / count;
    const spread = Math.sqrt(Math.max(0, squares / count - mean ** 2)) || 1;
    for (let row = 0; row < count; row++) values[row * width + column] = (vectors[row]![column]! - mean) / spread;
  }
  return { values, count, width };
}

/** XᵀX, row-major. */
export function gramMatrix({ values, count, width }: FeatureMatrix): Float64Array {
  const gram = new Float64Array(width * width);
  for (let row = 0; row < count; row++) {
    const rowValues = values.subarray(row * width, (row + 1) * width);
    for (let i = 0; i < width; i++) {
      const x = rowValues[i]!;
      const offset = i * width;
      for (let j = i; j < width; j++) gram[offset + j]! += x * rowValues[j]!;
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) gram[i * width + j] = gram[j * width + i]!;
  return gram;
}

/** Returns L with L·Lᵀ = gram + penalty · I; the column of ones is not penalized. */
export function choleskyFactor(gram: Float64Array, width: number, penalty: number): Float64Array {
  const factor = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      let left = gram[i * width + j]! + (i === j && i < width - 1 ? penalty : 0);
      for (let k = 0; k < j; k++) left -= factor[i * width + k]! * factor[j * width + k]!;
      factor[i * width + j] = i === j ? Math.sqrt(Math.max(left, 1e-9)) : left / factor[j * width + j]!;
    }
  return factor;
}

/** Solves L·Lᵀ·X = targets for X [width × count]. */
export function solveCholesky(factor: Float64Array, width: number, targets: Float64Array, count: number): Float64Array {
  const x = targets.slice();
  for (let i = 0; i < width; i++)
    for (let c = 0; c < count; c++) {
      let left = x[i * count + c]!;
      for (let k = 0; k < i; k++) left -= factor[i * width + k]! * x[k * count + c]!;
      x[i * count + c] = left / factor[i * width + i]!;
    }
  for (let i = width - 1; i >= 0; i--)
    for (let c = 0; c < count; c++) {
      let left = x[i * count + c]!;
      for (let k = i + 1; k < width; k++) left -= factor[k * width + i]! * x[k * count + c]!;
      x[i * count + c] = left / factor[i * width + i]!;
    }
  return x;
}
