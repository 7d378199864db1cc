/**
 * T5's relative positions (Raffel et al., 2020, arXiv 1910.10683): distances between a key and a query fall into buckets,
 * near ones into one each, farther ones into buckets that widen with the logarithm of the distance.
 */
export interface BucketOptions {
  readonly buckets: number;
  /** Distances from here on share the last bucket. */
  readonly furthest: number;
  /** Whether keys after a query have buckets of their own; else they all count as distance 0. */
  readonly both: boolean;
}

/** The bucket of key place − query place, for all of −reach … reach; what lies beyond falls where ±reach does. */
export function relativeBuckets(o: BucketOptions): { readonly reach: number; readonly buckets: Int32Array } {
  const own = o.both ? Math.floor(o.buckets / 2) : o.buckets;
  const exact = Math.floor(own / 2);
  const bucketOf = (distance: number): number => (distance < exact ? distance : farBucket(distance, own, exact, o));
  const reach = Math.max(exact, o.furthest);
  const buckets = Int32Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const relative = i - reach;
    if (!o.both) return bucketOf(Math.max(0, -relative));
    return (relative > 0 ? own : 0) + bucketOf(Math.abs(relative));
  });
  return { reach, buckets };
}

/** In single precision, as PyTorch computes it: a distance at the edge of a bucket falls on the side where it does there. */
function farBucket(distance: number, own: number, exact: number, { furthest }: BucketOptions): number {
  const { fround } = Math;
  const far = fround(Math.log(fround(distance / exact)));
  const share = fround(far / fround(Math.log(furthest / exact)));
  return Math.min(own - 1, exact + Math.trunc(fround(share * (own - exact))));
}
