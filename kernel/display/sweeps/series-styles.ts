/** How trials look in every picture of a sweep: a colour and a shape for each state, so that both tell it. */
import { paletteColor } from "../svg/colors.js";
import type { Trace } from "../figure.js";
import type { SweepTrial } from "./view.js";

type State = SweepTrial["state"];
export const TRIAL_STATES = ["done", "running", "pruned", "stopped", "failed"] as const satisfies readonly State[];
const FAINT = "#9aa1ad";
export const BEST_COLOR = paletteColor(1);
export const stateColors: Readonly<Record<State, string>> = {
  done: paletteColor(0),
  running: paletteColor(2),
  pruned: FAINT,
  stopped: paletteColor(4),
  failed: paletteColor(6),
};
const symbols: Readonly<Record<State, string>> = {
  done: "circle",
  running: "circle-open",
  pruned: "triangle-down",
  stopped: "square",
  failed: "x",
};
/** Of marks, where there are so many trials: a crowd is read by its shape. */
export function markerSizeFor(trials: number): number {
  return trials > 200 ? 4.5 : trials > 60 ? 6 : 7.5;
}
/** How far lines let through what lies below, where there are so many. */
export function lineOpacityFor(lines: number): number {
  return Number(Math.max(0.25, Math.min(0.85, 4 / Math.sqrt(Math.max(1, lines)))).toFixed(2));
}
export function stateMarkerOf(state: State, size = 7): Trace {
  return {
    size,
    color: stateColors[state],
    symbol: symbols[state],
    ...(state === "running" && { line: { width: 2 } }),
  };
}
/** A ring around what is best. */
export const bestRingMarker: Trace = { size: 14, symbol: "circle-open", color: BEST_COLOR, line: { width: 2 } };
