/** How two columns of numbers go together: Pearson's correlation, and ranks of which ties share the mean. */

/** NaN where either column does not vary, as scipy says. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const centred = (values: Float64Array): Float64Array => {
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return values.map((v) => v - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  const [p, q] = [norm(x), norm(y)];
  if (a.length < 2 || p === 0 || q === 0) return Number.NaN;
  const r = x.reduce((sum, v, i) => sum + (v / p) * (y[i]! / q), 0);
  return Math.max(-1, Math.min(1, r));
}

/** From 1; equal values get the mean of their ranks. */
export function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Float64Array(values.length);
  for (let at = 0; at < order.length;) {
    let end = at;
    while (end < order.length && values[order[end]!] === values[order[at]!]) end++;
    for (let i = at; i < end; i++) out[order[i]!] = (at + 1 + end) / 2;
    at = end;
  }
  return out;
}
