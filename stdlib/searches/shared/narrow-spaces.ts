/**
 * Points where so few may stand together that draws by chance hardly meet one: sought at the edges of the space, where sums,
 * products and orders mostly hold, and walked on from there, a value at a time.
 */
import type { Dimension, Point, Study } from "../kind.js";
import { activeOnly } from "./active-dimensions.js";
import { nearestValue, valueAt } from "./dimension-values.js";

/** How much nearer to an end a share may lie: each power is as likely. */
const POWERS = 24;

/** Null: none of so many draws is allowed. */
export function edgePoint(study: Study, share: () => number, draws: number): Point | null {
  for (let draw = 0; draw < draws; draw++) {
    const drawn = study.dimensions.map((d): [string, number] => [d.name, valueAt(d, edgeShare(share))]);
    const point = activeOnly(study.dimensions, Object.fromEntries(drawn));
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
export function walked(study: Study, from: Point, share: () => number): Point {
  const { dimensions } = study;
  // What isn't there at first may come to be.
  let values: Point = { ...Object.fromEntries(dimensions.map((d) => [d.name, valueAt(d, share())])), ...from };
  for (let round = 0; round < ROUNDS; round++)
    for (const d of dimensions) {
      for (let tried = 0; tried < TRIES; tried++) {
        const changed = { ...values, [d.name]: stepFrom(d, values[d.name]!, tried, share) };
        if (!study.allows(activeOnly(dimensions, changed))) continue;
        values = changed;
        break;
      }
    }
  return activeOnly(dimensions, values);
}

/** Anywhere at first, then towards either end, and nearer with each try that wasn't allowed. */
function stepFrom(d: Dimension, at: number, tried: number, share: () => number): number {
  if (d.kind === "choice" || tried === 0) return valueAt(d, share());
  const end = share() < 0.5 ? d.from : d.to;
  return nearestValue(d, at + (end - at) * share() * 2 ** (1 - tried));
}
