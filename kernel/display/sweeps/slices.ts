/** The score by each tried value, one small plot per axis, the most important first. */
import type { SweepAxis } from "../../study/axes.js";
import type { Importance } from "../../study/importances.js";
import { roundToSixDigits } from "../curves/line.js";
import type { Trace } from "../figure.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";
import { plotlyAxisSettings, jitterOptionValue } from "./plot-axis.js";
import { stateMarkerOf, bestRingMarker, markerSizeFor } from "./series-styles.js";
import type { FigurePanel, PanelRow } from "./panels.js";
import { bestTrial, latestTrialScore, valueOnAxis, type SweepTrial, type SweepView } from "./view.js";

const MOST = 9;
const ROW = 3;

export function slicePanelRows(view: SweepView, importances: readonly Importance[]): readonly PanelRow[] {
  const axes = sortByImportance(view.axes, importances).slice(0, MOST);
  const panels = axes.map((axis) => slicePanel(view, axis, axes.length === 1 ? 700 : axes.length === 2 ? 310 : 185));
  return Array.from({ length: Math.ceil(panels.length / ROW) }, (_, i) => {
    const on = panels.slice(i * ROW, (i + 1) * ROW);
    // Plots of an incomplete last row have the same width as the others.
    const wide = axes.length > ROW ? { wide: [1, 1, 1] } : {};
    return { panels: on, height: 200, ...wide };
  });
}

export function sortByImportance(axes: readonly SweepAxis[], importances: readonly Importance[]): readonly SweepAxis[] {
  const ranked = importances.flatMap(({ name }) => axes.find((axis) => axis.name === name) ?? []);
  return [...ranked, ...axes.filter((axis) => !ranked.includes(axis))];
}

export function slicePanel({ trials, goals }: SweepView, axis: SweepAxis, room: number): FigurePanel {
  const [goal] = goals;
  const here = trials.filter((trial) => valueOnAxis(axis, trial) !== null && latestTrialScore(trial) !== null);
  // A setting of a branch that the best trial didn't take has no best value.
  const best = bestTrial(trials, goal);
  const ringed = here.filter((trial) => trial === best);
  const inStates = (...states: readonly SweepTrial["state"][]) => here.filter(({ state }) => states.includes(state));
  return {
    traces: [
      ...[
        { name: "done", state: "done" as const, on: inStates("done") },
        { name: "pruned", state: "pruned" as const, on: inStates("pruned") },
        { name: "stopped", state: "stopped" as const, on: inStates("stopped") },
        { name: "running", state: "running" as const, on: inStates("running") },
      ]
        .filter(({ on }) => on.length > 0)
        .map(({ name, state, on }) => ({
          name,
          marker: stateMarkerOf(state, markerSizeFor(trials.length)),
          ...points(axis, on),
        })),
      ...(ringed.length > 0
        ? [{ name: "best", marker: bestRingMarker, ...points(axis, ringed), hoverinfo: "skip" }]
        : []),
    ],
    xaxis: plotlyAxisSettings(axis, room),
    yaxis: { title: { text: escapePlotlyLabel(clip(goal.metric, 24)) }, nticks: 5 },
  };
}

function points(axis: SweepAxis, on: readonly SweepTrial[]): Trace {
  const value = (trial: SweepTrial): number => valueOnAxis(axis, trial) ?? Number.NaN;
  const choice = axis.dimension.kind === "choice";
  return {
    type: "scatter",
    mode: "markers",
    x: on.map((trial) => jitterOptionValue(value(trial), trial.number, axis)),
    y: on.map((trial) => roundToSixDigits(latestTrialScore(trial))),
    customdata: on.map(({ number }) => number),
    ...(choice && { text: on.map((trial) => escapePlotlyLabel(clip(axis.options[value(trial)] ?? "", 120))) }),
    hovertemplate: `trial %{customdata}: %{y:.4~g}<br>${choice ? "%{text}" : "%{x:.4~g}"}<extra></extra>`,
  };
}
