/**
 * Splits rows into bins of roughly equal size by a numeric value. Bins cover adjacent ranges, and equal values stay
 * together.
 */
export interface EvenBin {
  /** Minimum and maximum value of the bin. */
  readonly from: number;
  readonly to: number;
  readonly rows: Uint32Array;
}

/** Returns at most `bins` bins of at least `fewest` rows each; none if there are too few rows. */
export function evenBins(
  values: ArrayLike<number>,
  { bins, fewest }: { readonly bins: number; readonly fewest: number },
): readonly EvenBin[] {
  const n = values.length;
  if (n < fewest) return [];
  const order = Uint32Array.from({ length: n }, (_, row) => row).sort((a, b) => values[a]! - values[b]! || a - b);
  const wanted = Math.max(fewest, n / bins);
  const ends: number[] = [];
  for (let end = 1; end < n; end++) {
    const [from, alike] = [ends.at(-1) ?? 0, values[order[end]!] === values[order[end - 1]!]];
    // Cuts at the position nearest to an equal share, if enough rows remain after it.
    if (!alike && end - from >= fewest && n - end >= fewest && end >= wanted * (ends.length + 1) - 0.5) ends.push(end);
  }
  return [...ends, n].map((end, i) => {
    const rows = order.slice(i === 0 ? 0 : ends[i - 1]!, end);
    return { from: values[rows[0]!]!, to: values[rows[rows.length - 1]!]!, rows };
  });
}
