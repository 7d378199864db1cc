/** Points drawn by chance, which other searches begin with and fall back on. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { SearchPoint, Study } from "../kind.js";
import { activeValues } from "./active-dimensions.js";
import { allCombinations } from "./combinations.js";
import { randomEdgePoint, walkFromPoint } from "./narrow-spaces.js";
import { triedPointTest } from "./tried-points.js";
import { valueAtShare } from "./dimension-values.js";

/** Draws of one trial before what may stand together is taken to be rare. */
const MOST = 1000;
/** Draws in search of a first point of what is rare. */
const SEARCHED = 20_000;

/** Shares from above 0 to below 1 that seed and trial give, the same whatever was drawn for others. */
export function randomShares(seed: number, number: number): () => number {
  const generator = xoroshiro128plus((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0);
  for (let warm = 0; warm < 8; warm++) generator.next();
  return () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
}

/** A point whose values may stand together; null: none was found. */
export function drawAllowedPoint(study: Study, share: () => number): SearchPoint | null {
  return pointDrawer(study, share)();
}

/** The same again and again. Where few points are allowed, later ones are walked to from those that were found. */
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
    // All are always drawn, so that what a branch holds changes no other.
    const drawn: Record<string, number> = {};
    for (const d of study.dimensions) drawn[d.name] = valueAtShare(d, share());
    const point = activeValues(study.dimensions, drawn);
    if (study.allows(point)) return point;
  }
  return null;
}

/** A point of which there are few: of all, where they can be looked through, else a lucky draw, one at an edge, or a trial's. */
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

/** Where a search that learns begins: where the definitions are, if nobody was there; then by chance. */
export function startingPoint(study: Study, share: () => number): SearchPoint | null {
  return study.first !== undefined && study.trials.length === 0 ? study.first : drawNewPoint(study, share);
}

/** Spaces of so many points are looked through for one that is left. */
const LOOKED_THROUGH = 10_000n;

/** As `drawAllowedPoint`, of values that no trial had yet; null: none is left, or none was found. */
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

/** What may be and no trial had yet; null: there are too many points to look through. */
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
