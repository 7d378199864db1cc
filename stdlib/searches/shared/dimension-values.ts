/**
 * The values of one dimension: which are allowed, how many there are, which one lies at a share of its way. What is searched
 * by shares of the way (random, quasi-random) is even on the dimension's own scale.
 */
import type { SearchDimension } from "../kind.js";

export type NumberDimension = Extract<SearchDimension, { kind: "number" }>;

/** How many values it has; infinite where every number between counts. */
export function valueCount(d: SearchDimension): number {
  if (d.kind === "choice") return d.size;
  if (d.from === d.to) return 1;
  const step = stepBetweenValues(d);
  return step === null ? Infinity : lastStep(d, step) + 1;
}

/** The value at a place from 0, of a dimension whose values can be counted. */
export function nthValue(d: SearchDimension, place: number): number {
  if (d.kind === "choice") return place;
  const step = stepBetweenValues(d);
  return step === null ? d.from : stepped(d, step, place);
}

/** What lies between neighbouring values; null: every number between counts. */
export function stepBetweenValues(d: NumberDimension): number | null {
  return d.step ?? (d.integer ? 1 : null);
}

/** The greatest value: the range's end, or the last step that lies in it. */
export function greatestValue(d: NumberDimension): number {
  const step = stepBetweenValues(d);
  return step === null ? d.to : stepped(d, step, lastStep(d, step));
}

/** The allowed value that lies nearest. */
export function nearestValue(d: NumberDimension, value: number): number {
  const step = stepBetweenValues(d);
  const inside = Math.min(d.to, Math.max(d.from, value));
  if (step === null) return inside;
  return stepped(d, step, Math.min(lastStep(d, step), Math.round((inside - d.from) / step)));
}

/** Whether a point may have that value there. */
export function isAllowedValue(d: SearchDimension, value: number | undefined): boolean {
  if (value === undefined || !Number.isFinite(value)) return false;
  if (d.kind === "choice") return Number.isInteger(value) && value >= 0 && value < d.size;
  return value >= d.from && value <= d.to && Math.abs(nearestValue(d, value) - value) <= 1e-9 * Math.abs(value);
}

/** The value at a share of the way, from 0 to below 1; each value of a counted dimension has an equal share on its scale. */
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
  // 0.3 / 0.1 is a little less than 3.
  return Math.floor((d.to - d.from) / step + 1e-9);
}

/** 0.1 + 2 · 0.1 is 0.3 and not what doubles add up to: a person wrote the step in decimals. */
function stepped(d: NumberDimension, step: number, place: number): number {
  const value = d.from + place * step;
  return Math.min(d.to, Number.isInteger(value) && Math.abs(value) < 1e14 ? value : Number(value.toPrecision(14)));
}
