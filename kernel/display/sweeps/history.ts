/** Score of each trial in order, and the best so far. */
import type { Trace } from "../figure.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";
import { BEST_COLOR, stateMarkerOf, bestRingMarker, markerSizeFor, TRIAL_STATES } from "./series-styles.js";
import type { FigurePanel } from "./panels.js";
import {
  bestSoFar,
  bestTrial,
  doneTrialsOf,
  hoverText,
  isScored,
  latestTrialScore,
  type SweepTrial,
  type SweepView,
} from "./view.js";

export function historyPanel(view: SweepView): FigurePanel {
  const { trials, goals, wanted } = view;
  const [goal] = goals;
  const ended = trials.filter(({ state, missed }) => !missed && state !== "pruned" && state !== "running");
  const scored = ended.filter(isScored);
  const best = bestTrial(trials, goal);
  const scores = trials.map(latestTrialScore).filter((score) => score !== null);
  const foot = footOf(scores);
  const states = TRIAL_STATES.map((state) => ({ state, on: trials.filter((t) => t.state === state && !t.missed) }));
  const missed = trials.filter((trial) => trial.missed);
  const last = trials.reduce((most, { number }) => Math.max(most, number), 1);
  const several = doneTrialsOf(view).length > 0;
  return {
    traces: [
      {
        type: "scatter",
        mode: "lines",
        name: "best so far",
        showlegend: several,
        x: [...scored.map(({ number }) => number), ...(scored.length > 0 ? [last] : [])],
        y: [...bestSoFar(scored, goal), ...(best ? [best.score] : [])],
        line: { color: BEST_COLOR, width: 2, shape: "hv" },
        hoverinfo: "skip",
      },
      ...states
        .filter(({ on }) => on.length > 0)
        .map(({ state, on }) =>
          markerTrace(
            state,
            on,
            trials.length,
            (trial) => latestTrialScore(trial) ?? (state === "failed" ? foot : null),
          ),
        ),
      ...(missed.length > 0
        ? [{ ...markerTrace("done", missed, trials.length, latestTrialScore), ...misses(trials.length) }]
        : []),
      ...(best
        ? [
            {
              ...markerTrace("done", [best], 1, () => best.score),
              name: "best",
              marker: bestRingMarker,
              hoverinfo: "skip",
            },
          ]
        : []),
    ],
    xaxis: {
      title: { text: "trial" },
      range: [0.5, Math.max(2, last, Math.min(wanted ?? 0, 10_000)) + 0.5],
      dtick: niceStep(Math.max(last, wanted ?? 0) / 10),
      tick0: 0,
    },
    yaxis: {
      title: { text: escapePlotlyLabel(clip(scores.length === 0 ? `${goal.metric}: no score yet` : goal.metric, 40)) },
      ...(scores.length === 0
        ? { range: [trials.some(({ state }) => state === "failed") ? -0.15 : 0, 1], showticklabels: false }
        : around(scores)),
    },
  };
}

/** Draws the trials of one state; those without a score are left out. */
export function markerTrace(
  state: SweepTrial["state"],
  trials: readonly SweepTrial[],
  trialCount: number,
  y: (trial: SweepTrial) => number | null,
): Trace {
  const placed = trials.filter((trial) => y(trial) !== null);
  return {
    type: "scatter",
    mode: "markers",
    name: state,
    showlegend: true,
    marker: stateMarkerOf(state, markerSizeFor(trialCount)),
    x: placed.map(({ number }) => number),
    y: placed.map(y),
    customdata: placed.map(({ number }) => number),
    text: placed.map((trial) => stateText(trial, state)),
    hovertemplate: `trial %{customdata}: ${state === "failed" ? "failed" : "%{y:.4~g}"}<br>%{text}<extra></extra>`,
  };
}

function stateText(trial: SweepTrial, state: SweepTrial["state"]): string {
  const why = trial.error ?? trial.why;
  const reason = trial.missed
    ? "misses a bar<br>"
    : state === "done"
      ? ""
      : `${state}${why ? `: ${escapePlotlyLabel(clip(why, 120))}` : ""}<br>`;
  return reason + hoverText(trial);
}

function misses(trialCount: number): Trace {
  return {
    name: "misses a bar",
    marker: { ...stateMarkerOf("done", markerSizeFor(trialCount)), symbol: "circle-open", line: { width: 1.25 } },
  };
}

/** A single distinct score gets a range around it, to show its magnitude. */
function around(scores: readonly number[]): Trace {
  const [first = 0] = scores;
  if (scores.some((score) => score !== first)) return {};
  const room = Math.abs(first) / 10 || 0.5;
  return { range: [first - room, first + room] };
}

/** Returns the height of marks for failures, below all scores. */
function footOf(scores: readonly number[]): number {
  const low = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const high = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  if (low > high) return 0;
  return low - 0.08 * (high - low || Math.abs(high) || 1);
}
/** Rounds to 1, 2 or 5 times a power of ten, at least 1. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  return Math.max(1, power * ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10));
}
