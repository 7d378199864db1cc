/** What colours mean: a strip from the lowest number to the highest, its name beside it. */
import { clip } from "../../host/text.js";
import { element, ink, label } from "./element.js";
import { linearTicks } from "./ticks.js";

export interface Key {
  readonly low: number;
  readonly high: number;
  /** Colour at a share of the way from low to high. */
  at(share: number): string;
}
const PARTS = 24;

/** `left`: of the strip; it reaches from `top` as far down as `height`. */
export function colorbar(of: Key, place: { left: number; top: number; height: number }, name: string): string {
  const { left, top, height } = place;
  const tall = height / PARTS;
  const strip = Array.from({ length: PARTS }, (_, i) =>
    element("rect", { x: left, y: top + i * tall, width: 11, height: tall + 0.3, fill: of.at(1 - (i + 0.5) / PARTS) }),
  );
  const ticks = linearTicks(of.low, of.high, 4).map((t) => {
    const share = of.high > of.low ? (t.value - of.low) / (of.high - of.low) : 0.5;
    return label(t.text, left + 16, top + (1 - share) * height + 3.5, { "font-size": 10 });
  });
  const [x, y] = [left + 56, top + height / 2];
  return [
    ...strip,
    ...ticks,
    label(clip(name, 24), 0, 0, {
      "text-anchor": "middle",
      fill: ink,
      "font-size": 11.5,
      transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-90)`,
    }),
  ].join("");
}
