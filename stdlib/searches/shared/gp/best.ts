/**
 * Finds the point with the highest expected improvement of a Gaussian process. It samples many points, then climbs from
 * the best ones, alternating between continuous numbers and single other values.
 */
import type { SearchDimension, SearchPoint, Study } from "../../kind.js";
import { activeValues } from "../active-dimensions.js";
import { pointDrawer } from "../random-points.js";
import { valueCount, valueAtShare, nthValue } from "../dimension-values.js";
import { logImprovementAt } from "./improvement.js";
import { minimizeNear } from "./minimum.js";
import type { GaussianProcess } from "./process.js";
import { isContinuousDimension, pointMovedToRow, rowOfPoint } from "./rows.js";

/** Number of sampled points, and how many of them start a climb. The best trials start one too. */
const DRAWN = 1500;
const CLIMBS = 6;
const ROUNDS = 4;
/** Dimensions with at most this many values are tried exhaustively; of larger ones, this many values are sampled. */
const ALL = 16;

export interface ImprovementSearchOptions {
  readonly study: Study;
  readonly process: GaussianProcess;
  /** The score to beat, on the scale of the process. */
  readonly best: number;
  /** Additional starting points for climbs. */
  readonly from: readonly SearchPoint[];
  readonly isTried: (point: SearchPoint) => boolean;
  readonly share: () => number;
}
interface Seen {
  readonly point: SearchPoint;
  readonly worth: number;
}

/** Returns null if every sampled point has been tried. */
export function mostPromisingPoint(search: ImprovementSearchOptions): SearchPoint | null {
  const { study, process, best, share } = search;
  const see = (point: SearchPoint): Seen => ({
    point,
    worth: logImprovementAt(process, best, rowOfPoint(study.dimensions, point)),
  });
  const drawn: Seen[] = [];
  const next = pointDrawer(study, share);
  for (let i = 0; i < DRAWN; i++) {
    const point = next();
    if (!point) break;
    drawn.push(see(point));
  }
  const starts = [...chosen(drawn, share), ...search.from.map(see)];
  const climbed = starts.map((start) => climb(search, start, see));
  let found: Seen | null = null;
  // Calls `isTried` only for points that would be selected.
  for (const one of [...climbed, ...drawn])
    if (!(found && found.worth >= one.worth) && !search.isTried(one.point)) found = one;
  return found?.point ?? null;
}

/** Picks the best point, and others with a probability proportional to their expected improvement. */
function chosen(drawn: readonly Seen[], share: () => number): readonly Seen[] {
  if (drawn.length === 0) return [];
  const top = drawn.reduce((one, other) => (other.worth > one.worth ? other : one));
  const left = new Set(drawn);
  const picked = [top];
  left.delete(top);
  while (picked.length < CLIMBS && left.size > 0) {
    const all = [...left];
    const shares = all.map(({ worth }) => Math.exp(worth - top.worth));
    let remaining = share() * shares.reduce((sum, one) => sum + one, 0);
    const next = all[shares.findIndex((one) => (remaining -= one) <= 0)];
    if (!next) break;
    picked.push(next);
    left.delete(next);
  }
  return picked;
}

function climb(search: ImprovementSearchOptions, start: Seen, see: (point: SearchPoint) => Seen): Seen {
  let current = start;
  for (let round = 0; round < ROUNDS; round++) {
    const before = current.worth;
    current = smoothly(search, current, see);
    for (const d of search.study.dimensions)
      if (!isContinuousDimension(d) && current.point[d.name] !== undefined) current = stepwise(search, current, d, see);
    if (current.worth - before < 1e-4) break;
  }
  return current;
}

/** Climbs along the continuous dimensions. */
function smoothly(
  { study, process, best }: ImprovementSearchOptions,
  current: Seen,
  see: (point: SearchPoint) => Seen,
): Seen {
  const { dimensions } = study;
  const places = dimensions.flatMap((d, i) =>
    isContinuousDimension(d) && current.point[d.name] !== undefined ? [i] : [],
  );
  if (places.length === 0) return current;
  const row = rowOfPoint(dimensions, current.point);
  const slope = new Float64Array(row.length);
  // Scales each dimension by its length scale, so that the curvature is similar in all of them.
  const lengths = places.map((i) => 1 / Math.sqrt(process.settings.weights[i]!));
  const put = (x: Float64Array): Float64Array => {
    const moved = Float64Array.from(row);
    places.forEach((i, k) => (moved[i] = x[k]! * lengths[k]!));
    return moved;
  };
  const down = (x: Float64Array, into: Float64Array): number => {
    const value = logImprovementAt(process, best, put(x), slope);
    places.forEach((i, k) => (into[k] = -slope[i]! * lengths[k]!));
    return -value;
  };
  const start = Float64Array.from(places, (i, k) => row[i]! / lengths[k]!);
  const within = { low: () => 0, high: (k: number) => 1 / lengths[k]!, most: 40, flat: 1e-4 };
  const moved = pointMovedToRow(dimensions, current.point, put(minimizeNear(down, start, within).x));
  return better(study, current, moved, see);
}

/** Tries other values of one dimension and keeps the best. Dimensions that a new branch opens are sampled. */
function stepwise(
  { study, share }: ImprovementSearchOptions,
  current: Seen,
  d: SearchDimension,
  see: (point: SearchPoint) => Seen,
): Seen {
  const count = valueCount(d);
  const places = Array.from({ length: Math.min(count, ALL) }, (_, i) =>
    count <= ALL ? i : Math.min(count - 1, Math.floor(((i + share()) * count) / ALL)),
  );
  const currentValue = current.point[d.name] ?? 0;
  const near = count <= ALL || d.kind === "choice" ? [] : neighbours(d, currentValue);
  let found = current;
  for (const value of [...places.map((place) => nthValue(d, place)), ...near]) {
    if (value === currentValue) continue;
    const changed = { ...current.point, [d.name]: value };
    for (const other of study.dimensions) changed[other.name] ??= valueAtShare(other, share());
    found = better(study, found, activeValues(study.dimensions, changed), see);
  }
  return found;
}
function neighbours(d: SearchDimension, value: number): readonly number[] {
  const count = valueCount(d);
  let place = 0;
  while (place < count - 1 && nthValue(d, place) < value) place++;
  return [place - 1, place + 1].filter((p) => p >= 0 && p < count).map((p) => nthValue(d, p));
}

function better(study: Study, current: Seen, point: SearchPoint, see: (point: SearchPoint) => Seen): Seen {
  if (!study.allows(point)) return current;
  const other = see(point);
  return other.worth > current.worth ? other : current;
}
