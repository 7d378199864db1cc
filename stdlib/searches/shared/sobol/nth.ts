/** The number-th point of the scrambled sequence whose values may stand together and came up in none before it. */
import type { Point, Study } from "../../kind.js";
import { activeOnly } from "../active-dimensions.js";
import { keyIn } from "../tried-points.js";
import { valueAt } from "../dimension-values.js";
import { sobolPoint } from "./sequence.js";

/** So many in a row that may not be, or were before, and the sequence is given up. */
const MOST = 1000;

/** Null: the sequence has no more such. */
export function nthPoint(study: Study, number: number): Point | null {
  const seen = new Set<string>();
  for (let place = 0, idle = 0; idle < MOST; place++) {
    const point = pointAt(study, place);
    const key = keyIn(study, point);
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

function pointAt({ dimensions, seed }: Study, place: number): Point {
  const shares = sobolPoint(place, dimensions.length, seed);
  return activeOnly(dimensions, Object.fromEntries(dimensions.map((d, i) => [d.name, valueAt(d, shares[i]!)])));
}
