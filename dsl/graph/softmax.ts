/** Softmax or its logarithm of each row of `n` numbers. */
export function softmaxRows(data: Float64Array, n: number, logarithm: boolean): Float64Array {
  const y = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += n) {
    const row = data.subarray(at, at + n);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((s, v) => s + Math.exp(v - most), 0);
    for (let i = 0; i < n; i++) {
      const below = row[i]! - most;
      y[at + i] = logarithm ? below - Math.log(sum) : Math.exp(below) / sum;
    }
  }
  return y;
}
