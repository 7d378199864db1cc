/** Colour legend: a strip from the lowest to the highest number, with its name. */
import { clip } from "../../host/value-text.js";
import { svgElement, inkColor, svgLabel } from "./element.js";
import { linearTicks } from "./ticks.js";

export interface ColorbarScale {
  readonly low: number;
  readonly high: number;
  colorOf(share: number): string;
}
const PARTS = 24;

/** `left`: left edge of the strip; it extends from `top` by `height`. */
export function colorbar(
  key: ColorbarScale,
  place: { left: number; top: number; height: number },
  name: string,
): string {
  const { left, top, height } = place;
  const tall = height / PARTS;
  const strip = Array.from({ length: PARTS }, (_, i) =>
    svgElement("rect", {
      x: left,
      y: top + i * tall,
      width: 11,
      height: tall + 0.3,
      fill: key.colorOf(1 - (i + 0.5) / PARTS),
    }),
  );
  const ticks = linearTicks(key.low, key.high, 4).map((t) => {
    const share = key.high > key.low ? (t.value - key.low) / (key.high - key.low) : 0.5;
    return svgLabel(t.text, left + 16, top + (1 - share) * height + 3.5, { "font-size": 10 });
  });
  const [x, y] = [left + 56, top + height / 2];
  return [
    ...strip,
    ...ticks,
    svgLabel(clip(name, 24), 0, 0, {
      "text-anchor": "middle",
      fill: inkColor,
      "font-size": 11.5,
      transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-90)`,
    }),
  ].join("");
}
