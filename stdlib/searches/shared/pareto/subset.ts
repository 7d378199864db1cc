/** Greedily selects the points of a front that together cover most hypervolume (at least 1 − 1/e of the optimum). */
import { compareLosses } from "./fronts.js";
import { boxVolume, hypervolume } from "./hypervolume.js";

type Losses = readonly number[];

/** Returns a reference point slightly worse than the worst in each loss, like Optuna. */
export function referencePoint(points: readonly Losses[]): Losses {
  return points[0]!.map((_, i) => {
    const worst = points.reduce((most, point) => Math.max(most, point[i]!), -Infinity);
    return Math.max(1.1 * worst, 0.9 * worst) || 1e-12;
  });
}

/** Returns the selected points' indices; duplicates are selected after all different points. */
export function selectByHypervolume(points: readonly Losses[], wanted: number, reference: Losses): readonly number[] {
  const first = new Map<string, number>();
  points.forEach((point, i) => {
    if (!first.has(point.join())) first.set(point.join(), i);
  });
  // Ordered by their losses, so that ties do not depend on the numbering of the trials.
  const unique = [...first.values()].sort((a, b) => compareLosses(points[a]!, points[b]!));
  const again = points.map((_, i) => i).filter((i) => first.get(points[i]!.join()) !== i);
  const chosen = wanted >= unique.length ? unique : greedy(points, unique, wanted, reference);
  return [...chosen, ...again].slice(0, wanted);
}

function greedy(points: readonly Losses[], places: readonly number[], wanted: number, reference: Losses): number[] {
  if (!reference.every(Number.isFinite)) return places.slice(0, wanted);
  const found: number[] = [];
  // A point's contribution only shrinks as others are selected. A point whose last contribution is below the best so
  // far is therefore not measured again.
  let left = places.map((place) => ({ place, adds: boxVolume(points[place]!, reference) }));
  while (found.length < wanted) {
    const chosen = found.map((place) => points[place]!);
    const volume = hypervolume(chosen, reference);
    const [first, ...others] = [...left].sort((a, b) => b.adds - a.adds);
    if (!first) break;
    const measure = (one: { readonly place: number; adds: number }): void => {
      one.adds = hypervolume([...chosen, points[one.place]!], reference) - volume;
    };
    measure(first);
    let best = first;
    for (const one of others) {
      if (one.adds <= best.adds) break;
      measure(one);
      if (one.adds > best.adds) best = one;
    }
    found.push(best.place);
    left = left.filter((one) => one !== best);
  }
  return found;
}
