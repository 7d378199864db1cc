/** Softmax or its logarithm of each row of `n` numbers. */
export function softmaxRows(data: Float64Array, n: number, logarithm: boolean): Float64Array {
  const y = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += n) {
    const row = data.subarray(at, at + n);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((s, v) => s + Math.exp(v - most), 0);
    const shift = most + Math.log(sum);
    for (let i = 0; i < n; i++) y[at + i] = logarithm ? row[i]! - shift : Math.exp(row[i]! - shift);
  }
  return y;
}
