/** Independent draws: trial n of a seed is the same whatever ran before it, so an interrupted sweep goes on exactly. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Dimension, SearchImplementation, Study } from "../kinds/search.js";
import { activeOnly } from "../lib/search/active.js";

/** Draws of one trial before its values are taken not to stand together at all. */
const MOST = 1000;

export const random: SearchImplementation = {
  suggest(_call, study, number) {
    const unit = unitsOf(study, number);
    for (let draw = 0; draw < MOST; draw++) {
      // All are always drawn, so that what a branch holds changes no other.
      const drawn = Object.fromEntries(study.dimensions.map((d) => [d.name, drawnFrom(d, unit())]));
      const point = activeOnly(study.dimensions, drawn);
      if (study.allows(point)) return point;
    }
    return null;
  },
};

function unitsOf({ seed }: Study, number: number): () => number {
  const generator = xoroshiro128plus((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0);
  for (let warm = 0; warm < 8; warm++) generator.next();
  return () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
}

function drawnFrom(d: Dimension, unit: number): number {
  if (d.kind === "choice") return Math.floor(unit * d.size);
  const [from, to] = d.scale === "log" ? [Math.log(d.from), Math.log(d.to)] : [d.from, d.to];
  if (d.step !== undefined) return d.from + Math.floor(unit * (Math.floor((d.to - d.from) / d.step) + 1)) * d.step;
  const even = d.integer && d.scale === "linear";
  const x = even ? from - 0.5 + unit * (to - from + 1) : from + unit * (to - from);
  const value = d.scale === "log" ? Math.exp(x) : x;
  return Math.min(d.to, Math.max(d.from, d.integer ? Math.round(value) : value));
}
