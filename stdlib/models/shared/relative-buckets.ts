/**
 * T5's relative positions (Raffel et al., 2020, arXiv 1910.10683): distances between a key and a query fall into buckets,
 * near ones into one each, farther ones into buckets that widen with the logarithm of the distance.
 */
export interface RelativeBucketOptions {
  readonly buckets: number;
  /** Distances from here on share the last bucket. */
  readonly furthest: number;
  /** Whether keys after a query have buckets of their own; else they all count as distance 0. */
  readonly both: boolean;
}

/** The bucket of key place − query place, for all of −reach … reach; what lies beyond falls where ±reach does. */
export function relativeBuckets(options: RelativeBucketOptions): {
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

/** In single precision, as PyTorch computes it: a distance at the edge of a bucket falls on the side where it does there. */
function farBucket(distance: number, sideBuckets: number, exact: number, { furthest }: RelativeBucketOptions): number {
  const { fround } = Math;
  const far = fround(Math.log(fround(distance / exact)));
  const share = fround(far / fround(Math.log(furthest / exact)));
  return Math.min(sideBuckets - 1, exact + Math.trunc(fround(share * (sideBuckets - exact))));
}
