/**
 * Hypervolume: the volume between points of several losses and a reference that is worse in all of them, as a measure
 * of a front. Exact: by strips for two losses, by exclusive contributions for more (While, Bradstreet, Barone 2012).
 */
import { compareLosses, dominates } from "./fronts.js";

type Losses = readonly number[];

/** Points that are worse than the reference in any loss add nothing. */
export function hypervolume(points: readonly Losses[], reference: Losses): number {
  const inside = points.filter((point) => point.every((loss, i) => loss <= reference[i]!));
  if (inside.length > 0 && !reference.every(Number.isFinite)) return Infinity;
  const volume = ofFront(frontOf(inside), reference);
  return Number.isFinite(volume) ? volume : Infinity;
}

/** Returns the non-dominated points without duplicates, ordered by their first loss. */
function frontOf(points: readonly Losses[]): readonly Losses[] {
  const front: Losses[] = [];
  for (const point of [...points].sort(compareLosses))
    if (!front.some((other) => dominates(other, point) || compareLosses(other, point) === 0)) front.push(point);
  return front;
}

function ofFront(front: readonly Losses[], reference: Losses): number {
  if (reference.length === 2)
    return front.reduce((sum, point, i) => {
      const before = i === 0 ? reference : front[i - 1]!;
      return sum + (reference[0]! - point[0]!) * (before[1]! - point[1]!);
    }, 0);
  return front.reduce((sum, point, i) => {
    const shared = front.slice(i + 1).map((other) => other.map((loss, k) => Math.max(loss, point[k]!)));
    return sum + boxVolume(point, reference) - ofFront(frontOf(shared), reference);
  }, 0);
}

export const boxVolume = (point: Losses, reference: Losses): number =>
  point.reduce((volume, loss, i) => volume * (reference[i]! - loss), 1);
