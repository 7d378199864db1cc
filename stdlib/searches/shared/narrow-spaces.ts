/**
 * Points where so few may stand together that draws by chance hardly meet one: sought at the edges of the space, where sums,
 * products and orders mostly hold, and walked on from there, a value at a time.
 */
import type { SearchDimension, SearchPoint, Study } from "../kind.js";
import { activeValues } from "./active-dimensions.js";
import { nearestValue, valueAtShare } from "./dimension-values.js";

/** How much nearer to an end a share may lie: each power is as likely. */
const POWERS = 24;

/** Null: none of so many draws is allowed. */
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

/** A point some way off that is allowed as `from` is. */
export function walkFromPoint(study: Study, from: SearchPoint, share: () => number): SearchPoint {
  const { dimensions } = study;
  // What isn't there at first may come to be.
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

/** Anywhere at first, then towards either end, and nearer with each try that wasn't allowed. */
function stepFrom(d: SearchDimension, current: number, tried: number, share: () => number): number {
  if (d.kind === "choice" || tried === 0) return valueAtShare(d, share());
  const end = share() < 0.5 ? d.from : d.to;
  return nearestValue(d, current + (end - current) * share() * 2 ** (1 - tried));
}
