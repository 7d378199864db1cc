/** The products of the references: written so that the compiler keeps sums in registers; each is added up in the order of x. */

/** y += x · weightᵀ, element by element in the order of x; four sums at a time, none of which waits for another. */
export function addProducts(x: Float64Array, weight: Float64Array, y: Float64Array): void {
  const [n, out] = [x.length, y.length];
  let o = 0;
  for (; o + 3 < out; o += 4) {
    const [p, q, r, s] = [o * n, (o + 1) * n, (o + 2) * n, (o + 3) * n];
    let [a, b, c, d] = [y[o]!, y[o + 1]!, y[o + 2]!, y[o + 3]!];
    for (let i = 0; i < n; i++) {
      const v = x[i]!;
      a += v * weight[p + i]!;
      b += v * weight[q + i]!;
      c += v * weight[r + i]!;
      d += v * weight[s + i]!;
    }
    y[o] = a;
    y[o + 1] = b;
    y[o + 2] = c;
    y[o + 3] = d;
  }
  for (; o < out; o++) {
    let sum = y[o]!;
    for (let i = 0; i < n; i++) sum += x[i]! * weight[o * n + i]!;
    y[o] = sum;
  }
}
