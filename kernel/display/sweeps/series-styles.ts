/** Look of trials in all plots of a sweep: each state has a colour and a shape, either of which identifies it. */
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
/** Returns the size of marks for a number of trials; many small marks show the distribution. */
export function markerSizeFor(trials: number): number {
  return trials > 200 ? 4.5 : trials > 60 ? 6 : 7.5;
}
/** Returns the opacity of lines for a number of lines. */
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
export const bestRingMarker: Trace = { size: 14, symbol: "circle-open", color: BEST_COLOR, line: { width: 2 } };
