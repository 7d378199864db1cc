/** Run time of each trial, coloured by its final state. Pauses of an interrupted sweep are shortened. */
import type { Trace } from "../figure.js";
import { durationText } from "../../host/value-text.js";
import { stateColors, TRIAL_STATES } from "./series-styles.js";
import type { FigurePanel } from "./panels.js";
import type { SweepTrial, SweepView } from "./view.js";

interface Span {
  readonly trial: SweepTrial;
  /** Seconds since the first trial's start, without pauses. */
  readonly from: number;
  readonly to: number;
}
const LONGEST_PAUSE = 60;

export function timelinePanel(view: SweepView): FigurePanel | null {
  const { spans, pauses } = spansOf(view);
  if (spans.length === 0) return null;
  const longest = spans.reduce((most, { to }) => Math.max(most, to), 0);
  const [unit, size] = longest < 180 ? ["seconds", 1] : longest < 3 * 3600 ? ["minutes", 60] : ["hours", 3600];
  const positionOf = (seconds: number): number => Number((seconds / size).toPrecision(6));
  const thick = Math.max(1.5, Math.min(12, Math.round(190 / spans.length)));
  const last = spans.reduce((most, { trial }) => Math.max(most, trial.number), 1);
  const bars = TRIAL_STATES.map((state) => ({ state, on: spans.filter(({ trial }) => trial.state === state) }))
    .filter(({ on }) => on.length > 0)
    .map(({ state, on }): Trace => ({
      type: "scatter",
      mode: "lines",
      name: state,
      showlegend: true,
      connectgaps: false,
      x: on.flatMap(({ from, to }) => [positionOf(from), positionOf(to), null]),
      y: on.flatMap(({ trial }) => [trial.number, trial.number, null]),
      customdata: on.flatMap(({ trial }) => [trial.number, trial.number, null]),
      text: on.flatMap(({ from, to }) => [durationText(to - from), durationText(to - from), ""]),
      line: { color: stateColors[state], width: thick },
      hovertemplate: `trial %{customdata}: ${state}, %{text}<extra></extra>`,
    }));
  const cuts: Trace[] = pauses.map((seconds, i) => ({
    type: "scatter",
    mode: "lines",
    name: "pause",
    showlegend: i === 0,
    hoverinfo: "skip",
    x: [positionOf(seconds), positionOf(seconds)],
    y: [0.5, last + 0.5],
    line: { color: stateColors.pruned, width: 1, dash: "dot" },
  }));
  return {
    traces: [...cuts, ...bars],
    xaxis: { title: { text: `${unit} since the start of the sweep` }, rangemode: "tozero" },
    yaxis: { title: { text: "trial" }, range: [last + 0.6, 0.4], nticks: Math.min(12, last + 1) },
  };
}

function spansOf({ trials, clock }: SweepView): {
  readonly spans: readonly Span[];
  readonly pauses: readonly number[];
} {
  const timed = trials
    .flatMap((trial) => (trial.begun === undefined ? [] : [{ trial, begun: trial.begun / 1000 }]))
    .sort((a, b) => a.begun - b.begun);
  const first = timed[0]?.begun ?? 0;
  const pauses: number[] = [];
  let [cut, end] = [0, 0];
  const spans = timed.map(({ trial, begun }) => {
    const lasted = trial.state === "running" ? Math.max(0, (clock?.now ?? 0) / 1000 - begun) : (trial.seconds ?? 0);
    const pause = begun - first - cut - end;
    if (pause > LONGEST_PAUSE && pause > end / 10) {
      const left = Math.max(end / 50, 1);
      cut += pause - left;
      pauses.push(end + left / 2);
    }
    const from = begun - first - cut;
    end = Math.max(end, from + lasted);
    return { trial, from, to: from + lasted };
  });
  return { spans, pauses };
}
