/** Rows parted by a whole number so that each part has about as many: parts are of neighbours, and rows that are alike stay together. */
export interface EvenBin {
  /** The least and the greatest in it. */
  readonly from: number;
  readonly to: number;
  readonly rows: Uint32Array;
}

/** At most `bins`, each of at least `fewest` rows; none where there aren't as many. */
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
    // Where it is nearest to an equal share; what is left must be enough too.
    if (!alike && end - from >= fewest && n - end >= fewest && end >= wanted * (ends.length + 1) - 0.5) ends.push(end);
  }
  return [...ends, n].map((end, i) => {
    const rows = order.slice(i === 0 ? 0 : ends[i - 1]!, end);
    return { from: values[rows[0]!]!, to: values[rows[rows.length - 1]!]!, rows };
  });
}
