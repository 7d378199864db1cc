/** Colours by a number: of lines and markers whose trace has one for each, on its own scale. */
import type { Trace } from "../trace.js";
import type { Key } from "./colorbar.js";
import { mix, scaleOf } from "./colors.js";
import { numberOf, scalarsOf } from "./values.js";

export interface Painted extends Key {
  readonly numbers: readonly number[];
}
/** Of a `line` or `marker`; null: all have the same colour, or colours of their own. */
export function paintedBy(look: Trace): Painted | null {
  const numbers = scalarsOf(look["color"]).map((value) => (typeof value === "number" ? value : Number.NaN));
  const known = numbers.filter(Number.isFinite);
  if (known.length === 0) return null;
  const scale = scaleOf(look["colorscale"]);
  const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  return {
    numbers,
    low: numberOf(look["cmin"], low),
    high: numberOf(look["cmax"], high),
    at: (share) => mix(scale, look["reversescale"] === true ? 1 - share : share),
  };
}
export function colorAt({ numbers, low, high, at }: Painted, i: number): string {
  return at(high > low ? ((numbers[i] ?? low) - low) / (high - low) : 0.5);
}
