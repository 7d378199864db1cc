/**
 * The plane through the weights of three models, with the projections of other models on it and EWC's penalty at its
 * points. At w = start + x · along + y · across the penalty is ½ (w − θ*)ᵀF(w − θ*): a quadratic function of x and y.
 * Its anchor θ* may lie outside the plane.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { LandscapeEwcPenalty, LandscapePoint } from "../display/landscape.js";

export type TrainableWeights = ReadonlyMap<string, Float32Array>;
export interface NamedModelWeights {
  readonly name: string;
  readonly weights: TrainableWeights;
}
/** Two orthonormal directions: towards the first model, and the orthogonal part of the direction to the second. */
export type WeightPlane = readonly [along: TrainableWeights, across: TrainableWeights];

/** Sum over all weights. */
function sum(weights: TrainableWeights, term: (value: number, name: string, i: number) => number): number {
  let total = 0;
  for (const [name, values] of weights) for (let i = 0; i < values.length; i++) total += term(values[i] ?? 0, name, i);
  return total;
}
const valueAt = (weights: TrainableWeights, name: string, i: number): number => weights.get(name)?.[i] ?? 0;
const dot = (a: TrainableWeights, b: TrainableWeights): number =>
  sum(a, (value, name, i) => value * valueAt(b, name, i));
/** a + factor · b. */
export function addScaled(a: TrainableWeights, b: TrainableWeights, factor: number): TrainableWeights {
  return new Map(
    [...a].map(([name, values]) => [name, values.map((value, i) => value + factor * valueAt(b, name, i))]),
  );
}
const scaled = (a: TrainableWeights, factor: number): TrainableWeights =>
  new Map([...a].map(([name, values]) => [name, values.map((value) => value * factor)]));

/** Relative magnitude below which a difference counts as a rounding error. */
const ROUNDED = 1e-6;

/**
 * Plane through `start` and the first two of the others. Throws the coded error `bad-option`, which names a model that
 * spans no new direction.
 */
export function weightPlaneThrough(
  start: NamedModelWeights,
  [first, second]: readonly NamedModelWeights[],
): WeightPlane {
  const refuse = (got: string): never => {
    throw new CodedError("bad-option", {
      name: "the plane",
      got,
      wanted: `two different models trained from ${start.name}, the first two of the list`,
    });
  };
  if (!first || !second) return refuse("one of less than two other models");
  const wayTo = ({ name, weights }: NamedModelWeights): { readonly way: TrainableWeights; readonly long: number } => {
    const way = addScaled(weights, start.weights, -1);
    const long = Math.sqrt(dot(way, way));
    return long === 0 ? refuse(`one through ${name}, whose weights equal those of ${start.name}`) : { way, long };
  };
  const [to, other] = [wayTo(first), wayTo(second)];
  const along = scaled(to.way, 1 / to.long);
  const across = addScaled(other.way, along, -dot(other.way, along));
  const wide = Math.sqrt(dot(across, across));
  if (wide < ROUNDED * other.long)
    return refuse(`one through ${first.name} and ${second.name}, which are on a line with ${start.name}`);
  return [along, scaled(across, 1 / wide)];
}

/** Projects a model onto the plane; `off` is its distance from it. */
export function projectOnPlane(
  { name, weights }: NamedModelWeights,
  start: TrainableWeights,
  [along, across]: WeightPlane,
): LandscapePoint {
  const way = addScaled(weights, start, -1);
  const [x, y] = [dot(way, along), dot(way, across)];
  const all = dot(way, way);
  const far = Math.sqrt(all);
  // Rounding errors are set to 0.
  const [a, b, off] = [x, y, Math.sqrt(Math.max(0, all - x * x - y * y))].map((one) =>
    Math.abs(one) < 1e-4 * far ? 0 : one,
  );
  return { name, x: a ?? 0, y: b ?? 0, off: off ?? 0, far };
}

/** EWC's penalty over the plane, for the model that it constrained. */
export function ewcPenaltyOnPlane(
  by: string,
  { fisher, anchor }: { readonly fisher: TrainableWeights; readonly anchor: TrainableWeights },
  start: TrainableWeights,
  [along, across]: WeightPlane,
): LandscapeEwcPenalty {
  const form = (a: TrainableWeights, b: TrainableWeights): number =>
    sum(fisher, (f, name, i) => f * valueAt(a, name, i) * valueAt(b, name, i));
  const away = addScaled(start, anchor, -1);
  const [xx, xy, yy] = [form(along, along), form(along, across), form(across, across)];
  const [x, y] = [form(along, away), form(across, away)];
  const centre = leastAt({ xx, xy, yy }, [x, y]);
  const all = form(away, away);
  const rest = all + x * centre.x + y * centre.y;
  return { by, centre, least: rest > ROUNDED * all ? rest / 2 : 0, xx, xy, yy };
}

/** Returns the minimum of ½ (xx a² + 2 xy a b + yy b²) + x a + y b; if a direction is flat, the nearest one. */
function leastAt(
  { xx, xy, yy }: Pick<LandscapeEwcPenalty, "xx" | "xy" | "yy">,
  [x, y]: readonly [number, number],
): LandscapeEwcPenalty["centre"] {
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  // Works along the form's eigenvectors.
  const step = (value: number, by: number): number =>
    value > ROUNDED * ROUNDED * (middle + half) ? 0 - by / value : 0;
  const [a, b] = [step(middle + half, x * c + y * s), step(middle - half, y * c - x * s)];
  return { x: a * c - b * s, y: a * s + b * c };
}
