/**
 * Matrix products of the reference ops, written so that the compiler keeps sums in registers; each sums in the order of
 * x.
 */

/** A row of an array: where it begins, and its length. */
export interface ArrayRow {
  readonly data: Float64Array;
  readonly start: number;
  readonly size: number;
}

/** y += x · weightᵀ, summed in the order of x; four independent sums at a time. */
export function addProducts({ data: x, start, size: n }: ArrayRow, weight: Float64Array, to: ArrayRow): void {
  const { data: y, start: first, size: out } = to;
  let options = 0;
  for (; options + 3 < out; options += 4) {
    const [p, q, r, s] = [options * n, (options + 1) * n, (options + 2) * n, (options + 3) * n];
    const target = first + options;
    let [a, b, c, d] = [y[target]!, y[target + 1]!, y[target + 2]!, y[target + 3]!];
    for (let i = 0; i < n; i++) {
      const v = x[start + i]!;
      a += v * weight[p + i]!;
      b += v * weight[q + i]!;
      c += v * weight[r + i]!;
      d += v * weight[s + i]!;
    }
    y[target] = a;
    y[target + 1] = b;
    y[target + 2] = c;
    y[target + 3] = d;
  }
  for (; options < out; options++) {
    let sum = y[first + options]!;
    for (let i = 0; i < n; i++) sum += x[start + i]! * weight[options * n + i]!;
    y[first + options] = sum;
  }
}
