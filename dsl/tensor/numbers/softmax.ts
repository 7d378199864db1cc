import { zeros } from "../values.js";

/** Computes softmax or log softmax of each row of `n` numbers. */
export function softmaxRows(data: Float64Array, n: number, logarithm: boolean): Float64Array {
  const y = zeros(data.length);
  for (let start = 0; start < data.length; start += n) {
    const end = Math.min(start + n, data.length);
    let most = -Infinity;
    for (let i = start; i < end; i++) most = Math.max(most, data[i]!);
    let sum = 0;
    for (let i = start; i < end; i++) sum += y[i] = Math.exp(data[i]! - most);
    const log = Math.log(sum);
    for (let i = start; i < end; i++) y[i] = logarithm ? data[i]! - most - log : y[i]! / sum;
  }
  return y;
}
