/** Random points, which other searches start with and fall back on. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { SearchPoint, Study, SearchDimension } from "../kind.js";
import { activeValues } from "./active-dimensions.js";
import { allCombinations } from "./combinations.js";
import { triedPointTest } from "./tried-points.js";
import { valueAtShare, nearestValue } from "./dimension-values.js";

// Finds points where constraints allow so few that random sampling hardly finds one. It samples the edges of the space,
// where constraints on sums, products and orders mostly hold, and walks on from there one value at a time.

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

/** Maximum draws per trial before allowed points are considered rare. */
const MOST = 1000;
/** Maximum draws to find a first allowed point when they are rare. */
const SEARCHED = 20_000;

/**
 * Returns a generator of shares above 0 and below 1 from the seed and the trial's number, independent of other trials.
 */
export function randomNumbersForTrial(seed: number, number: number): () => number {
  const generator = xoroshiro128plus((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0);
  for (let warm = 0; warm < 8; warm++) generator.next();
  return () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
}

/** Returns a point that the constraints allow; null if none was found. */
export function drawAllowedPoint(study: Study, share: () => number): SearchPoint | null {
  return pointDrawer(study, share)();
}

/**
 * Returns a function that draws allowed points repeatedly. Where they are rare, it walks on from the last one found.
 */
export function pointDrawer(study: Study, share: () => number): () => SearchPoint | null {
  let from: SearchPoint | null = null;
  return () => {
    if (from === null) {
      const drawn = evenly(study, share, MOST);
      if (drawn) return drawn;
      from = rareIn(study, share);
    }
    if (from !== null) from = walkFromPoint(study, from, share);
    return from;
  };
}

function evenly(study: Study, share: () => number, draws: number): SearchPoint | null {
  for (let draw = 0; draw < draws; draw++) {
    // Every dimension is sampled, so that an untaken branch does not shift the values of the others.
    const drawn: Record<string, number> = {};
    for (const d of study.dimensions) drawn[d.name] = valueAtShare(d, share());
    const point = activeValues(study.dimensions, drawn);
    if (study.allows(point)) return point;
  }
  return null;
}

/**
 * Finds an allowed point where they are rare: from the enumerated space if it is small enough, else by sampling, at an
 * edge, or from a trial.
 */
function rareIn(study: Study, share: () => number): SearchPoint | null {
  const all = allowedOf(study);
  if (all) return oneOf(all, share);
  const found = evenly(study, share, SEARCHED) ?? randomEdgePoint(study, share, SEARCHED);
  if (found) return found;
  const known = [...(study.first ? [study.first] : []), ...study.trials.map(({ point }) => point)];
  return oneOf(
    known.filter((point) => study.allows(point)),
    share,
  );
}

/**
 * Starting point of a model-based search: the current values of the definitions if there is no trial yet, else random.
 */
export function startingPoint(study: Study, share: () => number): SearchPoint | null {
  return study.first !== undefined && study.trials.length === 0 ? study.first : drawNewPoint(study, share);
}

/** Maximum points of a space that is enumerated. */
const LOOKED_THROUGH = 10_000n;

/** Like `drawAllowedPoint`, but only points that no trial has used; null if none is left or found. */
export function drawNewPoint(study: Study, share: () => number): SearchPoint | null {
  const isTried = triedPointTest(study);
  const next = pointDrawer(study, share);
  for (let draw = 0; draw < 20; draw++) {
    const point = next();
    if (point === null || !isTried(point)) return point;
  }
  const left = untriedPoints(study);
  if (left) return oneOf(left, share);
  for (let draw = 0; draw < MOST; draw++) {
    const point = next();
    if (point === null || !isTried(point)) return point;
  }
  return null;
}

/** Returns the allowed points that no trial has used; null if the space is too large to enumerate. */
export function untriedPoints(study: Study): readonly SearchPoint[] | null {
  const isTried = triedPointTest(study);
  return allowedOf(study)?.filter((point) => !isTried(point)) ?? null;
}
function allowedOf(study: Study): readonly SearchPoint[] | null {
  const all = allCombinations(study.dimensions);
  if (all === null || all.count > LOOKED_THROUGH) return null;
  return Array.from({ length: Number(all.count) }, (_, i) => all.pointAt(BigInt(i))).filter((point) =>
    study.allows(point),
  );
}
function oneOf<T>(some: readonly T[], share: () => number): T | null {
  return some[Math.floor(share() * some.length)] ?? null;
}
