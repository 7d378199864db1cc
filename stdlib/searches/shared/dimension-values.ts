/**
 * The values of one dimension: which are allowed, how many there are, and which value a share in [0, 1) maps to.
 * Searches that sample shares (random, quasi-random) are uniform on the dimension's own scale.
 */
import type { SearchDimension } from "../kind.js";

export type NumberDimension = Extract<SearchDimension, { kind: "number" }>;

/** Returns the number of values; infinite if the dimension is continuous. */
export function valueCount(d: SearchDimension): number {
  if (d.kind === "choice") return d.size;
  if (d.from === d.to) return 1;
  const step = stepBetweenValues(d);
  return step === null ? Infinity : lastStep(d, step) + 1;
}

/** Returns the value at an index, counted from 0, of a dimension with countable values. */
export function nthValue(d: SearchDimension, place: number): number {
  if (d.kind === "choice") return place;
  const step = stepBetweenValues(d);
  return step === null ? d.from : stepped(d, step, place);
}

/** Returns the step between neighbouring values; null if the dimension is continuous. */
export function stepBetweenValues(d: NumberDimension): number | null {
  return d.step ?? (d.integer ? 1 : null);
}

/** Returns the greatest value: the end of the range, or the last step within it. */
export function greatestValue(d: NumberDimension): number {
  const step = stepBetweenValues(d);
  return step === null ? d.to : stepped(d, step, lastStep(d, step));
}

export function nearestValue(d: NumberDimension, value: number): number {
  const step = stepBetweenValues(d);
  const inside = Math.min(d.to, Math.max(d.from, value));
  if (step === null) return inside;
  return stepped(d, step, Math.min(lastStep(d, step), Math.round((inside - d.from) / step)));
}

export function isAllowedValue(d: SearchDimension, value: number | undefined): boolean {
  if (value === undefined || !Number.isFinite(value)) return false;
  if (d.kind === "choice") return Number.isInteger(value) && value >= 0 && value < d.size;
  return value >= d.from && value <= d.to && Math.abs(nearestValue(d, value) - value) <= 1e-9 * Math.abs(value);
}

/** Maps a share in [0, 1) to a value. Each value of a countable dimension gets an equal share on its scale. */
export function valueAtShare(d: SearchDimension, share: number): number {
  if (d.kind === "choice") return Math.floor(share * d.size);
  if (d.step !== undefined && d.scale === "linear")
    return stepped(d, d.step, Math.floor(share * (lastStep(d, d.step) + 1)));
  const [from, to] = d.scale === "log" ? [Math.log(d.from), Math.log(d.to)] : [d.from, d.to];
  const even = d.integer && d.scale === "linear";
  const x = even ? from - 0.5 + share * (to - from + 1) : from + share * (to - from);
  return nearestValue(d, d.scale === "log" ? Math.exp(x) : x);
}

function lastStep(d: NumberDimension, step: number): number {
  // The tolerance is needed because 0.3 / 0.1 is slightly less than 3 in floating point.
  return Math.floor((d.to - d.from) / step + 1e-9);
}

/** Rounds to decimals, because the user wrote the step in decimals: 0.1 + 2 · 0.1 must give 0.3. */
function stepped(d: NumberDimension, step: number, place: number): number {
  const value = d.from + place * step;
  return Math.min(d.to, Number.isInteger(value) && Math.abs(value) < 1e14 ? value : Number(value.toPrecision(14)));
}
