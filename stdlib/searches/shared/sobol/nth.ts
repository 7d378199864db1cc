/** Returns the `number`-th point of the scrambled Sobol sequence, counting only allowed and distinct points. */
import type { SearchPoint, Study } from "../../kind.js";
import { activeValues } from "../active-dimensions.js";
import { pointKeyInStudy } from "../tried-points.js";
import { valueAtShare } from "../dimension-values.js";
import { sobolPoint } from "./sequence.js";

/** Maximum consecutive points that are not allowed or repeated before the sequence is given up. */
const MOST = 1000;

/** Returns null if the sequence has no more such points. */
export function nthSobolPoint(study: Study, number: number): SearchPoint | null {
  const seen = new Set<string>();
  for (let place = 0, idle = 0; idle < MOST; place++) {
    const point = pointAt(study, place);
    const key = pointKeyInStudy(study, point);
    if (seen.has(key) || !study.allows(point)) {
      idle++;
      continue;
    }
    seen.add(key);
    if (seen.size === number) return point;
    idle = 0;
  }
  return null;
}

function pointAt({ dimensions, seed }: Study, place: number): SearchPoint {
  const shares = sobolPoint(place, dimensions.length, seed);
  return activeValues(dimensions, Object.fromEntries(dimensions.map((d, i) => [d.name, valueAtShare(d, shares[i]!)])));
}
