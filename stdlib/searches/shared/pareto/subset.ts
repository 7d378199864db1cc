/** Some points of a front that together cover most volume, chosen one after another (a share of 1 − 1/e of the best is certain). */
import { compareLosses } from "./fronts.js";
import { boxVolume, hypervolume } from "./hypervolume.js";

type Losses = readonly number[];

/** A little worse than the worst in each loss, as Optuna has it. */
export function referencePoint(points: readonly Losses[]): Losses {
  return points[0]!.map((_, i) => {
    const worst = points.reduce((most, point) => Math.max(most, point[i]!), -Infinity);
    return Math.max(1.1 * worst, 0.9 * worst) || 1e-12;
  });
}

/** Places of the chosen; equal points are chosen after all different ones. */
export function selectByHypervolume(points: readonly Losses[], wanted: number, reference: Losses): readonly number[] {
  const first = new Map<string, number>();
  points.forEach((point, i) => {
    if (!first.has(point.join())) first.set(point.join(), i);
  });
  // By their losses, so that of equal volumes the same is chosen however the trials are numbered.
  const unique = [...first.values()].sort((a, b) => compareLosses(points[a]!, points[b]!));
  const again = points.map((_, i) => i).filter((i) => first.get(points[i]!.join()) !== i);
  const chosen = wanted >= unique.length ? unique : greedy(points, unique, wanted, reference);
  return [...chosen, ...again].slice(0, wanted);
}

function greedy(points: readonly Losses[], places: readonly number[], wanted: number, reference: Losses): number[] {
  if (!reference.every(Number.isFinite)) return places.slice(0, wanted);
  const found: number[] = [];
  // What a point adds only shrinks as others are chosen: who can't add more than the best so far is not measured again.
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
