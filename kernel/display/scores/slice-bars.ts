/** A small bar for a slice's score, with its interval as a line. All slices of a metric share one scale. */
import { html, svgImage, type Html } from "../html.js";
import { fixedDecimalsText, scoreIntervalText, type IntervalEnds } from "../score-cell.js";
import { paletteColor } from "../svg/colors.js";
import { svgDocument, svgElement, coordinateText } from "../svg/element.js";

export interface BarScore {
  readonly value: number;
  readonly interval: IntervalEnds | null;
}
export interface BarScale {
  readonly low: number;
  readonly high: number;
}

const WIDTH = 120;
const THICK = 9;
const HEIGHT = 17;

/** From 0 to 1 if all values are in that range, else their range including 0. Null: no value can be drawn. */
export function barScaleOf(scores: readonly (BarScore | null | undefined)[]): BarScale | null {
  const ends = scores.flatMap((score) =>
    score && Number.isFinite(score.value) ? [score.value, score.interval?.low, score.interval?.high] : [],
  );
  const known = ends.filter((end): end is number => end !== undefined && Number.isFinite(end));
  if (known.length === 0) return null;
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  if (low === high) return null;
  return low >= 0 && high <= 1 ? { low: 0, high: 1 } : { low, high };
}

/** `series`: index of the model, which determines its colour; `name`: description for readers without pictures. */
export function scoreBarOf(score: BarScore, name: string, scale: BarScale, series = 0): Html {
  if (!Number.isFinite(score.value)) return html``;
  const x = (value: number): number => ((value - scale.low) / (scale.high - scale.low)) * (WIDTH - 2) + 1;
  const [from, to] = [Math.min(x(0), x(score.value)), Math.max(x(0), x(score.value))];
  const [ink, top, middle] = [paletteColor(series), (HEIGHT - THICK) / 2, HEIGHT / 2];
  const bar = { x: from, y: top, width: Math.max(1, to - from), height: THICK, fill: ink, opacity: 0.45 };
  const ends = score.interval;
  const line = ends && {
    d: `M${coordinateText(x(ends.low))} ${coordinateText(middle)}H${coordinateText(x(ends.high))}M${coordinateText(x(ends.low))} ${coordinateText(middle - 3)}v6M${coordinateText(x(ends.high))} ${coordinateText(middle - 3)}v6`,
    stroke: ink,
    "stroke-width": 1.5,
    fill: "none",
  };
  const zero = { d: `M${coordinateText(x(0))} 0V${coordinateText(HEIGHT)}`, stroke: "#8a8f98", "stroke-width": 1 };
  const drawn = [svgElement("path", zero), svgElement("rect", bar), line ? svgElement("path", line) : ""];
  const words = `${name} ${fixedDecimalsText(score.value)}${ends ? ` (${scoreIntervalText(ends)})` : ""}`;
  return html`<div style="min-width:${String(WIDTH)}px">
    ${svgImage(svgDocument(WIDTH, HEIGHT, "score", drawn, "none"), words, WIDTH, HEIGHT)}
  </div>`;
}
