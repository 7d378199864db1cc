/** Non-dominated sorting of points with several losses (lower is better): fronts in order of domination. */

/** Checks whether `a` is at least as good in every loss and better in one. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((loss, i) => loss <= b[i]!) && a.some((loss, i) => loss < b[i]!);
}

/** Returns the points' indices front by front; within a front in their original order. */
export function paretoFronts(points: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const fronts: number[][] = [];
  let left = points.map((_, i) => i);
  while (left.length > 0) {
    const front = firstFront(points, left);
    const taken = new Set(front);
    fronts.push(front);
    left = left.filter((i) => !taken.has(i));
  }
  return fronts;
}

/** Returns the indices that no other of them dominates. */
function firstFront(points: readonly (readonly number[])[], places: readonly number[]): number[] {
  // In lexicographic order only earlier points can dominate, and comparing with the front's points is enough.
  const sorted = [...places].sort((a, b) => compareLosses(points[a]!, points[b]!));
  const front: number[] = [];
  for (const i of sorted) if (!front.some((other) => dominates(points[other]!, points[i]!))) front.push(i);
  return front.sort((a, b) => a - b);
}

export function compareLosses(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((loss, i) => loss !== b[i]);
  return place === -1 ? 0 : a[place]! < b[place]! ? -1 : 1;
}
