/**
 * T5's relative positions (Raffel et al., 2020, arXiv 1910.10683): distances between key and query fall into buckets.
 * Each short distance has its own bucket; for longer ones, bucket widths grow with the logarithm of the distance.
 */
export interface RelativeBucketOptions {
  readonly buckets: number;
  /** Distances from this one on share the last bucket. */
  readonly furthest: number;
  /** True if keys after a query have their own buckets; otherwise they all count as distance 0. */
  readonly both: boolean;
}

/**
 * Returns the bucket of (key position − query position) for −reach … reach; greater distances have the bucket of
 * ±reach.
 */
export function relativeBucketTable(options: RelativeBucketOptions): {
  readonly reach: number;
  readonly buckets: Int32Array;
} {
  const sideBuckets = options.both ? Math.floor(options.buckets / 2) : options.buckets;
  const exact = Math.floor(sideBuckets / 2);
  const bucketOf = (distance: number): number =>
    distance < exact ? distance : farBucket(distance, sideBuckets, exact, options);
  const reach = Math.max(exact, options.furthest);
  const buckets = Int32Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const relative = i - reach;
    if (!options.both) return bucketOf(Math.max(0, -relative));
    return (relative > 0 ? sideBuckets : 0) + bucketOf(Math.abs(relative));
  });
  return { reach, buckets };
}

/** Computed in single precision like in PyTorch, so that distances at the edge of a bucket fall on the same side. */
function farBucket(distance: number, sideBuckets: number, exact: number, { furthest }: RelativeBucketOptions): number {
  const { fround } = Math;
  const far = fround(Math.log(fround(distance / exact)));
  const share = fround(far / fround(Math.log(furthest / exact)));
  return Math.min(sideBuckets - 1, exact + Math.trunc(fround(share * (sideBuckets - exact))));
}
