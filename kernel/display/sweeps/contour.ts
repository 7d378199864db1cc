/**
 * The score over the two most important axes: every trial as a point, with a smoothed surface where points are dense
 * enough.
 */
import type { SweepAxis } from "../../study/axes.js";
import { roundToSixDigits } from "../curves/line.js";
import type { Trace } from "../figure.js";
import { greyToOrangeScale } from "../svg/colors.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";
import { plotlyAxisSettings, jitterOptionValue } from "./plot-axis.js";
import { bestRingMarker, markerSizeFor } from "./series-styles.js";
import type { FigurePanel } from "./panels.js";
import { bestTrial, doneTrialsOf, hoverText, valueOnAxis, type ScoredTrial, type SweepView } from "./view.js";

export interface ContourPoint {
  readonly trial: ScoredTrial;
  readonly x: number;
  readonly y: number;
}
/** Cells along each side of the surface. */
const CELLS = 36;
/** Minimum points for a surface. */
const ENOUGH = 8;
/** Minimum trials near a cell for it to have a value. */
const NEAR = 3;

/** Returns the trials that have values on both axes. */
export function contourPoints(view: SweepView, x: SweepAxis, y: SweepAxis): readonly ContourPoint[] {
  return doneTrialsOf(view).flatMap((trial) => {
    const [across, up] = [valueOnAxis(x, trial), valueOnAxis(y, trial)];
    return across === null || up === null ? [] : [{ trial, x: across, y: up }];
  });
}

/**
 * `axes`: the most important first. Returns the first pair that at least half of the trials have values for, else the
 * pair with the most trials.
 */
export function chooseContourAxes(
  view: SweepView,
  axes: readonly SweepAxis[],
): readonly [x: SweepAxis, y: SweepAxis] | undefined {
  const pairs = axes.flatMap((x, i) => axes.slice(i + 1).map((y) => [x, y] as const));
  const counted = pairs.map((pair) => ({ pair, trials: contourPoints(view, ...pair).length }));
  const most = counted.reduce<number>((top, { trials }) => Math.max(top, trials), 0);
  const enough = Math.min(most, doneTrialsOf(view).length / 2);
  return counted.find(({ trials }) => trials >= enough)?.pair;
}

export function contourPanel(view: SweepView, x: SweepAxis, y: SweepAxis): FigurePanel {
  const [goal] = view.goals;
  const points = contourPoints(view, x, y);
  const scores = points.map(({ trial }) => trial.score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const look = {
    colorscale: greyToOrangeScale,
    reversescale: goal.direction === "minimize",
    ...(low < high ? { cmin: low, cmax: high } : {}),
  };
  const between = surface(points, x, y);
  const best = bestTrial(view.trials, goal);
  const top = points.filter(({ trial }) => trial === best);
  const placed = (some: readonly ContourPoint[]): Trace => ({
    type: "scatter",
    mode: "markers",
    x: some.map((point) => jitterOptionValue(point.x, point.trial.number, x)),
    y: some.map((point) => jitterOptionValue(point.y, point.trial.number + 7, y)),
  });
  return {
    traces: [
      ...(between
        ? [
            {
              type: "contour",
              ...between,
              connectgaps: false,
              showscale: false,
              hoverinfo: "skip",
              opacity: 0.55,
              zmin: low,
              zmax: high,
              colorscale: greyToOrangeScale,
              reversescale: look.reversescale,
              contours: { coloring: "heatmap", showlines: false },
              line: { width: 0 },
            },
          ]
        : []),
      {
        ...placed(points),
        name: "trial",
        customdata: points.map(({ trial }) => trial.number),
        text: points.map(
          ({ trial }) => `${escapePlotlyLabel(String(roundToSixDigits(trial.score)))}<br>${hoverText(trial)}`,
        ),
        hovertemplate: "trial %{customdata}: %{text}<extra></extra>",
        marker: {
          size: markerSizeFor(points.length) + 1.5,
          color: scores.map(roundToSixDigits),
          ...look,
          line: { width: 1, color: "rgba(90,96,106,0.9)" },
          showscale: low < high,
          colorbar: { title: { text: escapePlotlyLabel(clip(goal.metric, 24)), side: "right" } },
        },
      },
      ...(top.length > 0
        ? [{ ...placed(top), name: "best", marker: { ...bestRingMarker, size: 17 }, hoverinfo: "skip" }]
        : []),
    ],
    xaxis: { ...plotlyAxisSettings(x, 560), showgrid: false },
    yaxis: { ...plotlyAxisSettings(y, 300, true), showgrid: false },
  };
}

/**
 * Computes distance-weighted means of the scores, on axes scaled to 0 – 1 (or their logarithms); cells with too few
 * trials are empty. Null: an axis is categorical, so nothing is between its options, or there are too few points.
 */
function surface(points: readonly ContourPoint[], x: SweepAxis, y: SweepAxis): Trace | null {
  const [across, up] = [scaleOf(x), scaleOf(y)];
  if (!across || !up || points.length < ENOUGH) return null;
  const places = points.map((point) => ({ u: across.to(point.x), v: up.to(point.y), z: point.trial.score }));
  const width = 0.55 * points.length ** -0.25;
  const ticks = Array.from({ length: CELLS }, (_, i) => i / (CELLS - 1));
  const z = ticks.map((v) =>
    ticks.map((u) => {
      let [sum, weights, near] = [0, 0, 0];
      for (const place of places) {
        const distance = ((place.u - u) ** 2 + (place.v - v) ** 2) / width ** 2;
        if (distance > 4) continue;
        const weight = Math.exp(-4 * distance);
        [sum, weights, near] = [sum + weight * place.z, weights + weight, near + 1];
      }
      return near >= NEAR ? roundToSixDigits(sum / weights) : null;
    }),
  );
  return {
    x: ticks.map((u) => roundToSixDigits(across.from(u))),
    y: ticks.map((v) => roundToSixDigits(up.from(v))),
    z,
  };
}

interface Scale {
  readonly to: (value: number) => number;
  readonly from: (share: number) => number;
}
function scaleOf({ dimension }: SweepAxis): Scale | null {
  if (dimension.kind === "choice" || dimension.from >= dimension.to) return null;
  const log = dimension.scale === "log";
  const unit = log ? Math.log : (v: number) => v;
  const [low, high] = [unit(dimension.from), unit(dimension.to)];
  const value = (share: number): number => low + share * (high - low);
  return { to: (v) => (unit(v) - low) / (high - low), from: (s) => (log ? Math.exp(value(s)) : value(s)) };
}
