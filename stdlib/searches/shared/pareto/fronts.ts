/** Points of several losses, the less the better, sorted by who is dominated: first those that no other beats in everything. */

/** As good in everything, and better in something. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((loss, i) => loss <= b[i]!) && a.some((loss, i) => loss < b[i]!);
}

/** Places of the points, front by front; within a front in their own order. */
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

/** Of these places those that no other of them dominates. */
function firstFront(points: readonly (readonly number[])[], places: readonly number[]): number[] {
  // Sorted by every loss in turn, only earlier ones can dominate, and of those the front alone need be asked.
  const sorted = [...places].sort((a, b) => compareLosses(points[a]!, points[b]!));
  const front: number[] = [];
  for (const i of sorted) if (!front.some((other) => dominates(points[other]!, points[i]!))) front.push(i);
  return front.sort((a, b) => a - b);
}

export function compareLosses(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((loss, i) => loss !== b[i]);
  return place === -1 ? 0 : a[place]! < b[place]! ? -1 : 1;
}
