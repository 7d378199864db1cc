/** Cumulative distribution of the trials' scores. */
import { roundToSixDigits } from "../curves/line.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";
import { paletteColor } from "../svg/colors.js";
import type { FigurePanel } from "./panels.js";
import { doneTrialsOf, type SweepView } from "./view.js";

/** Number of points along the scores, as in Optuna. */
const PLACES = 100;

export function empiricalDistributionOf(scores: readonly number[]): {
  readonly x: readonly number[];
  readonly y: readonly number[];
} {
  if (scores.length === 0) return { x: [], y: [] };
  const low = scores.reduce((a, b) => Math.min(a, b));
  const high = scores.reduce((a, b) => Math.max(a, b));
  const step = (high - low) / (PLACES - 1);
  const x = Array.from({ length: PLACES }, (_, i) => (i === PLACES - 1 ? high : low + i * step));
  return { x, y: x.map((value) => scores.filter((score) => score <= value).length / scores.length) };
}

/** Returns null if no trial is done. */
export function edfPanel(view: SweepView): FigurePanel | null {
  const done = doneTrialsOf(view);
  if (done.length === 0) return null;
  const { x, y } = empiricalDistributionOf(done.map(({ score }) => score));
  return {
    traces: [
      {
        type: "scatter",
        mode: "lines",
        name: "share of trials",
        showlegend: false,
        x: x.map(roundToSixDigits),
        y: y.map(roundToSixDigits),
        line: { color: paletteColor(0), width: 2, shape: "hv" },
        hovertemplate: "%{y:.0%} score at most %{x:.4~g}<extra></extra>",
      },
    ],
    xaxis: { title: { text: escapePlotlyLabel(clip(view.goals[0].metric, 40)) } },
    yaxis: { title: { text: "share of trials" }, range: [-0.02, 1.02] },
  };
}
