/** The products of the references: written so that the compiler keeps sums in registers; each is added up in the order of x. */

/** Where a row begins in an array, and how long it is. */
export interface Row {
  readonly data: Float64Array;
  readonly at: number;
  readonly size: number;
}

/** y += x · weightᵀ, element by element in the order of x; four sums at a time, none of which waits for another. */
export function addProducts({ data: x, at, size: n }: Row, weight: Float64Array, to: Row): void {
  const { data: y, at: first, size: out } = to;
  let o = 0;
  for (; o + 3 < out; o += 4) {
    const [p, q, r, s] = [o * n, (o + 1) * n, (o + 2) * n, (o + 3) * n];
    const own = first + o;
    let [a, b, c, d] = [y[own]!, y[own + 1]!, y[own + 2]!, y[own + 3]!];
    for (let i = 0; i < n; i++) {
      const v = x[at + i]!;
      a += v * weight[p + i]!;
      b += v * weight[q + i]!;
      c += v * weight[r + i]!;
      d += v * weight[s + i]!;
    }
    y[own] = a;
    y[own + 1] = b;
    y[own + 2] = c;
    y[own + 3] = d;
  }
  for (; o < out; o++) {
    let sum = y[first + o]!;
    for (let i = 0; i < n; i++) sum += x[at + i]! * weight[o * n + i]!;
    y[first + o] = sum;
  }
}
