/** A small bar for the score of a slice, with its interval as a line: all slices of a metric have one scale. */
import { html, picture, type Html } from "../html.js";
import { fixed, range, type Ends } from "../score-cell.js";
import { color } from "../svg/colors.js";
import { document, element, px } from "../svg/element.js";

export interface Barred {
  readonly value: number;
  readonly interval: Ends | null;
}
export interface Scale {
  readonly low: number;
  readonly high: number;
}

const WIDTH = 120;
const THICK = 9;
const HEIGHT = 17;

/** From 0 to 1 where all lie there, else as far as they reach, 0 among them. Null: nothing has a length. */
export function scaleOf(scores: readonly (Barred | null | undefined)[]): Scale | null {
  const ends = scores.flatMap((score) =>
    score && Number.isFinite(score.value) ? [score.value, score.interval?.low, score.interval?.high] : [],
  );
  const known = ends.filter((end): end is number => end !== undefined && Number.isFinite(end));
  if (known.length === 0) return null;
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  if (low === high) return null;
  return low >= 0 && high <= 1 ? { low: 0, high: 1 } : { low, high };
}

/** `series`: number of the model, which has a colour of its own; `name`: of what is scored, for readers without pictures. */
export function barOf(score: Barred, name: string, scale: Scale, series = 0): Html {
  if (!Number.isFinite(score.value)) return html``;
  const x = (value: number): number => ((value - scale.low) / (scale.high - scale.low)) * (WIDTH - 2) + 1;
  const [from, to] = [Math.min(x(0), x(score.value)), Math.max(x(0), x(score.value))];
  const [ink, top, middle] = [color(series), (HEIGHT - THICK) / 2, HEIGHT / 2];
  const bar = { x: from, y: top, width: Math.max(1, to - from), height: THICK, fill: ink, opacity: 0.45 };
  const ends = score.interval;
  const line = ends && {
    d: `M${px(x(ends.low))} ${px(middle)}H${px(x(ends.high))}M${px(x(ends.low))} ${px(middle - 3)}v6M${px(x(ends.high))} ${px(middle - 3)}v6`,
    stroke: ink,
    "stroke-width": 1.5,
    fill: "none",
  };
  const zero = { d: `M${px(x(0))} 0V${px(HEIGHT)}`, stroke: "#8a8f98", "stroke-width": 1 };
  const drawn = [element("path", zero), element("rect", bar), line ? element("path", line) : ""];
  const words = `${name} ${fixed(score.value)}${ends ? ` (${range(ends)})` : ""}`;
  return html`<div style="min-width:${String(WIDTH)}px">
    ${picture(document(WIDTH, HEIGHT, "score", drawn, "none"), words, WIDTH, HEIGHT)}
  </div>`;
}
