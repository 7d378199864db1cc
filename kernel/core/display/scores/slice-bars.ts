/** A small bar for each model of a slice, with its interval as a line: one metric, on one scale for all slices. */
import { html, picture, type Html } from "../html.js";
import { fixed, range, type Ends } from "./score-cell.js";
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
const GAP = 4;

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

/** `names`: of the models, for those who see no picture. */
export function barsOf(scores: readonly (Barred | null | undefined)[], names: readonly string[], scale: Scale): Html {
  const x = (value: number): number => ((value - scale.low) / (scale.high - scale.low)) * (WIDTH - 2) + 1;
  const height = scores.length * (THICK + GAP) + GAP;
  const drawn = scores.map((score, i) => {
    if (!score || !Number.isFinite(score.value)) return "";
    const top = GAP + i * (THICK + GAP);
    const [from, to] = [Math.min(x(0), x(score.value)), Math.max(x(0), x(score.value))];
    const bar = { x: from, y: top, width: Math.max(1, to - from), height: THICK, fill: color(i), opacity: 0.45 };
    const [middle, ends] = [top + THICK / 2, score.interval];
    const line = ends && {
      d: `M${px(x(ends.low))} ${px(middle)}H${px(x(ends.high))}M${px(x(ends.low))} ${px(middle - 3)}v6M${px(x(ends.high))} ${px(middle - 3)}v6`,
      ...{ stroke: color(i), "stroke-width": 1.5, fill: "none" },
    };
    return element("rect", bar) + (line ? element("path", line) : "");
  });
  const zero = { d: `M${px(x(0))} 0V${px(height)}`, stroke: "#8a8f98", "stroke-width": 1 };
  const words = scores.map((score, i) => {
    const own = score && Number.isFinite(score.value) ? fixed(score.value) : "–";
    return `${names[i] ?? ""} ${own}${score?.interval ? ` (${range(score.interval)})` : ""}`;
  });
  const svg = document(WIDTH, height, "scores", [element("path", zero), ...drawn], "none");
  return html`<div style="min-width:${String(WIDTH)}px">${picture(svg, words.join(", "), WIDTH, height)}</div>`;
}
