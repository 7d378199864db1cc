/** The number-th point of the scrambled sequence whose values may stand together and came up in none before it. */
import type { Point, SearchImplementation, Study } from "../kinds/search.js";
import { activeOnly } from "../lib/search/active.js";
import { newPoint, sharesOf } from "../lib/search/drawn.js";
import { sobolPoint } from "../lib/search/sobol/sequence.js";
import { keyOf } from "../lib/search/tried.js";
import { valueAt } from "../lib/search/values.js";

/** So many in a row that may not be, or were before, and the sequence is given up. */
const MOST = 1000;

export const sobol: SearchImplementation = {
  suggest(_call, study, number) {
    const seen = new Set<string>();
    for (let place = 0, idle = 0; idle < MOST; place++) {
      const point = pointAt(study, place);
      const key = keyOf(point);
      if (seen.has(key) || !study.allows(point)) {
        idle++;
        continue;
      }
      seen.add(key);
      if (seen.size === number) return point;
      idle = 0;
    }
    return newPoint(study, sharesOf(study.seed, number));
  },
};

function pointAt({ dimensions, seed }: Study, place: number): Point {
  const shares = sobolPoint(place, dimensions.length, seed);
  return activeOnly(dimensions, Object.fromEntries(dimensions.map((d, i) => [d.name, valueAt(d, shares[i]!)])));
}
