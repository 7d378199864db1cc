/**
 * Finds points where constraints allow so few that random sampling hardly finds one. It samples the edges of the space,
 * where constraints on sums, products and orders mostly hold, and walks on from there one value at a time.
 */
import type { SearchDimension, SearchPoint, Study } from "../kind.js";
import { activeValues } from "./active-dimensions.js";
import { nearestValue, valueAtShare } from "./dimension-values.js";

/** Number of scales for the distance to an end: it is divided by 2 to a uniformly drawn power below this. */
const POWERS = 24;

/** Returns null if no sampled point is allowed after `draws` attempts. */
export function randomEdgePoint(study: Study, share: () => number, draws: number): SearchPoint | null {
  for (let draw = 0; draw < draws; draw++) {
    const drawn = study.dimensions.map((d): [string, number] => [d.name, valueAtShare(d, edgeShare(share))]);
    const point = activeValues(study.dimensions, Object.fromEntries(drawn));
    if (study.allows(point)) return point;
  }
  return null;
}
function edgeShare(share: () => number): number {
  const near = share() * 2 ** -Math.floor(share() * POWERS);
  return share() < 0.5 ? near : 1 - near;
}

const ROUNDS = 4;
const TRIES = 12;

/** Returns an allowed point some steps away from the allowed point `from`. */
export function walkFromPoint(study: Study, from: SearchPoint, share: () => number): SearchPoint {
  const { dimensions } = study;
  // Dimensions of closed branches get values too, because a later step may open them.
  let values: SearchPoint = {
    ...Object.fromEntries(dimensions.map((d) => [d.name, valueAtShare(d, share())])),
    ...from,
  };
  for (let round = 0; round < ROUNDS; round++)
    for (const d of dimensions) {
      for (let tried = 0; tried < TRIES; tried++) {
        const changed = { ...values, [d.name]: stepFrom(d, values[d.name]!, tried, share) };
        if (!study.allows(activeValues(dimensions, changed))) continue;
        values = changed;
        break;
      }
    }
  return activeValues(dimensions, values);
}

/** Samples anywhere in the range at first. Later attempts move towards either end, by half the distance each time. */
function stepFrom(d: SearchDimension, current: number, tried: number, share: () => number): number {
  if (d.kind === "choice" || tried === 0) return valueAtShare(d, share());
  const end = share() < 0.5 ? d.from : d.to;
  return nearestValue(d, current + (end - current) * share() * 2 ** (1 - tried));
}
