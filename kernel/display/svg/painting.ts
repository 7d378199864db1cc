/** Colours by a number: for lines and markers whose trace has one per point, with its own scale. */
import type { PlotlyTrace } from "../trace.js";
import type { ColorbarScale } from "./colorbar.js";
import { colorAtShare, colorScaleOf } from "./colors.js";
import { numberOrDefault, scalarsOf } from "./values.js";

export interface ColorMapping extends ColorbarScale {
  readonly numbers: readonly number[];
}
/** `look`: a `line` or `marker`. Null: all points have the same colour, or explicit colours. */
export function colorMappingOf(look: PlotlyTrace): ColorMapping | null {
  const numbers = scalarsOf(look["color"]).map((value) => (typeof value === "number" ? value : Number.NaN));
  const known = numbers.filter(Number.isFinite);
  if (known.length === 0) return null;
  const scale = colorScaleOf(look["colorscale"]);
  const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  return {
    numbers,
    low: numberOrDefault(look["cmin"], low),
    high: numberOrDefault(look["cmax"], high),
    colorOf: (share) => colorAtShare(scale, look["reversescale"] === true ? 1 - share : share),
  };
}
export function colorAt({ numbers, low, high, colorOf }: ColorMapping, i: number): string {
  return colorOf(high > low ? ((numbers[i] ?? low) - low) / (high - low) : 0.5);
}
