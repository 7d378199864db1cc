/** Points drawn by chance, which other searches begin with and fall back on. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Point, Study } from "../../kinds/search.js";
import { activeOnly } from "./active.js";
import { allCombinations } from "./combinations.js";
import { keyOf, triedOf } from "./tried.js";
import { valueAt } from "./values.js";

/** Draws of one trial before its values are taken not to stand together at all. */
const MOST = 1000;

/** Shares from above 0 to below 1 that seed and trial give, the same whatever was drawn for others. */
export function sharesOf(seed: number, number: number): () => number {
  const generator = xoroshiro128plus((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0);
  for (let warm = 0; warm < 8; warm++) generator.next();
  return () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
}

/** A point whose values may stand together; null: none was found. */
export function drawnPoint(study: Study, share: () => number): Point | null {
  for (let draw = 0; draw < MOST; draw++) {
    // All are always drawn, so that what a branch holds changes no other.
    const drawn = Object.fromEntries(study.dimensions.map((d) => [d.name, valueAt(d, share())]));
    const point = activeOnly(study.dimensions, drawn);
    if (study.allows(point)) return point;
  }
  return null;
}

/** Where a search that learns begins: where the definitions are, if nobody was there; then by chance. */
export function firstPoints(study: Study, share: () => number): Point | null {
  return study.first !== undefined && study.trials.length === 0 ? study.first : newPoint(study, share);
}

/** Spaces of so many points are looked through for one that is left. */
const LOOKED_THROUGH = 10_000n;

/** As `drawnPoint`, of values that no trial had yet; null: none is left, or none was found. */
export function newPoint(study: Study, share: () => number): Point | null {
  const tried = triedOf(study);
  const isNew = (point: Point): boolean => !tried.has(keyOf(point));
  for (let draw = 0; draw < 20; draw++) {
    const point = drawnPoint(study, share);
    if (point === null || isNew(point)) return point;
  }
  const all = allCombinations(study.dimensions);
  if (all === null || all.count > LOOKED_THROUGH) {
    for (let draw = 0; draw < MOST; draw++) {
      const point = drawnPoint(study, share);
      if (point && isNew(point)) return point;
    }
    return null;
  }
  const left = Array.from({ length: Number(all.count) }, (_, i) => all.at(BigInt(i))).filter(
    (point) => isNew(point) && study.allows(point),
  );
  return left[Math.floor(share() * left.length)] ?? null;
}
