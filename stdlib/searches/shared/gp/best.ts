/** The point at which a process expects the most: by many drawn points, and from the best of them uphill, in turn along smooth numbers and by single other values. */
import type { Dimension, Point, Study } from "../../kind.js";
import { activeOnly } from "../active-dimensions.js";
import { drawing } from "../random-points.js";
import { countOf, valueAt, valueOf } from "../dimension-values.js";
import { logImprovement } from "./improvement.js";
import { minimumNear } from "./minimum.js";
import type { Process } from "./process.js";
import { isSmooth, movedTo, rowOf } from "./rows.js";

/** Points that are drawn, of which so many begin a climb; the best trials begin one, too. */
const DRAWN = 1500;
const CLIMBS = 6;
const ROUNDS = 4;
/** Values of a dimension that are all tried; of more, so many of them. */
const ALL = 16;

export interface Asked {
  readonly study: Study;
  readonly process: Process;
  /** The score to beat, as the process has them. */
  readonly best: number;
  /** Points that are climbed from beside those drawn. */
  readonly from: readonly Point[];
  readonly isTried: (point: Point) => boolean;
  readonly share: () => number;
}
interface Seen {
  readonly point: Point;
  readonly worth: number;
}

/** Null: every point that was drawn has been tried. */
export function mostExpected(asked: Asked): Point | null {
  const { study, process, best, share } = asked;
  const see = (point: Point): Seen => ({ point, worth: logImprovement(process, best, rowOf(study.dimensions, point)) });
  const drawn: Seen[] = [];
  const next = drawing(study, share);
  for (let i = 0; i < DRAWN; i++) {
    const point = next();
    if (!point) break;
    drawn.push(see(point));
  }
  const starts = [...chosen(drawn, share), ...asked.from.map(see)];
  const climbed = starts.map((start) => climb(asked, start, see));
  let found: Seen | null = null;
  // Only what would be taken is asked whether it was tried.
  for (const one of [...climbed, ...drawn])
    if (!(found && found.worth >= one.worth) && !asked.isTried(one.point)) found = one;
  return found?.point ?? null;
}

/** The best, and others as often as they are worth. */
function chosen(drawn: readonly Seen[], share: () => number): readonly Seen[] {
  if (drawn.length === 0) return [];
  const top = drawn.reduce((one, other) => (other.worth > one.worth ? other : one));
  const left = new Set(drawn);
  const picked = [top];
  left.delete(top);
  while (picked.length < CLIMBS && left.size > 0) {
    const all = [...left];
    const shares = all.map(({ worth }) => Math.exp(worth - top.worth));
    let at = share() * shares.reduce((sum, one) => sum + one, 0);
    const next = all[shares.findIndex((one) => (at -= one) <= 0)];
    if (!next) break;
    picked.push(next);
    left.delete(next);
  }
  return picked;
}

function climb(asked: Asked, start: Seen, see: (point: Point) => Seen): Seen {
  let at = start;
  for (let round = 0; round < ROUNDS; round++) {
    const before = at.worth;
    at = smoothly(asked, at, see);
    for (const d of asked.study.dimensions)
      if (!isSmooth(d) && at.point[d.name] !== undefined) at = stepwise(asked, at, d, see);
    if (at.worth - before < 1e-4) break;
  }
  return at;
}

/** Along the numbers that have no steps, as far as it goes up. */
function smoothly({ study, process, best }: Asked, at: Seen, see: (point: Point) => Seen): Seen {
  const { dimensions } = study;
  const places = dimensions.flatMap((d, i) => (isSmooth(d) && at.point[d.name] !== undefined ? [i] : []));
  if (places.length === 0) return at;
  const row = rowOf(dimensions, at.point);
  const slope = new Float64Array(row.length);
  // Each dimension in its own length scale, so that all bend about alike.
  const lengths = places.map((i) => 1 / Math.sqrt(process.settings.weights[i]!));
  const put = (x: Float64Array): Float64Array => {
    const moved = Float64Array.from(row);
    places.forEach((i, k) => (moved[i] = x[k]! * lengths[k]!));
    return moved;
  };
  const down = (x: Float64Array, into: Float64Array): number => {
    const value = logImprovement(process, best, put(x), slope);
    places.forEach((i, k) => (into[k] = -slope[i]! * lengths[k]!));
    return -value;
  };
  const start = Float64Array.from(places, (i, k) => row[i]! / lengths[k]!);
  const within = { low: () => 0, high: (k: number) => 1 / lengths[k]!, most: 40, flat: 1e-4 };
  const moved = movedTo(dimensions, at.point, put(minimumNear(down, start, within).x));
  return better(study, at, moved, see);
}

/** The best other value of one dimension; what else then is there is drawn. */
function stepwise({ study, share }: Asked, at: Seen, d: Dimension, see: (point: Point) => Seen): Seen {
  const count = countOf(d);
  const places = Array.from({ length: Math.min(count, ALL) }, (_, i) =>
    count <= ALL ? i : Math.min(count - 1, Math.floor(((i + share()) * count) / ALL)),
  );
  const own = at.point[d.name] ?? 0;
  const near = count <= ALL || d.kind === "choice" ? [] : neighbours(d, own);
  let found = at;
  for (const value of [...places.map((place) => valueOf(d, place)), ...near]) {
    if (value === own) continue;
    const changed = { ...at.point, [d.name]: value };
    for (const other of study.dimensions) changed[other.name] ??= valueAt(other, share());
    found = better(study, found, activeOnly(study.dimensions, changed), see);
  }
  return found;
}
function neighbours(d: Dimension, value: number): readonly number[] {
  const count = countOf(d);
  let place = 0;
  while (place < count - 1 && valueOf(d, place) < value) place++;
  return [place - 1, place + 1].filter((p) => p >= 0 && p < count).map((p) => valueOf(d, p));
}

function better(study: Study, at: Seen, point: Point, see: (point: Point) => Seen): Seen {
  if (!study.allows(point)) return at;
  const other = see(point);
  return other.worth > at.worth ? other : at;
}
