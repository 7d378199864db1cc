/** Intermediate scores of trials: pruned ones faint, running ones vivid, the best one thick. */
import type { Trace } from "../figure.js";
import { largestTriangleIndices } from "../curves/thin.js";
import { recordOf } from "../svg/values.js";
import { roundToSixDigits } from "../curves/line.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";
import { BEST_COLOR, stateColors, lineOpacityFor } from "./series-styles.js";
import type { FigurePanel } from "./panels.js";
import { bestTrial, isDoneTrial, type SweepTrial, type SweepView } from "./view.js";

/** Maximum points of all curves together. */
const POINTS = 5000;
/** Minimum points of a curve. */
const FEWEST = 4;

/** Returns null if there are no intermediate scores. */
export function intermediateScoresPanel({ trials, goals }: SweepView): FigurePanel | null {
  const [goal] = goals;
  const reported = trials.filter(({ reports = [] }) => reports.length > 0);
  if (reported.length === 0) return null;
  const best = bestTrial(reported, goal);
  const budget = Math.max(FEWEST, Math.floor(POINTS / reported.length));
  const opacity = lineOpacityFor(reported.length);
  const stopped = inState("stopped");
  const groups: readonly (readonly [string, readonly SweepTrial[], Trace])[] = [
    [
      "pruned",
      inState("pruned").concat(stopped.filter((t) => !isDoneTrial(t))),
      { line: { color: stateColors.pruned, width: 1 }, opacity: opacity * 0.7 },
    ],
    ["failed", inState("failed"), { line: { color: stateColors.failed, width: 1 }, opacity: opacity * 0.7 }],
    [
      "done",
      [...inState("done"), ...stopped.filter(isDoneTrial)].filter((t) => t !== best),
      { line: { color: stateColors.done, width: 1.25 }, opacity },
    ],
    ["running", inState("running"), { line: { color: stateColors.running, width: 2 } }],
    ["best", best ? [best] : [], { line: { color: BEST_COLOR, width: 2.5 } }],
  ];
  function inState(...states: readonly SweepTrial["state"][]): readonly SweepTrial[] {
    return reported.filter(({ state }) => states.includes(state));
  }
  return {
    traces: [
      ...groups.flatMap(([name, on, look]) => {
        // A curve with one score is drawn as a dot.
        const [dots, lines] = [on.filter(isDot), on.filter((trial) => !isDot(trial))];
        const drawn = [lines, ...(name === "running" ? [] : [dots])].filter((some) => some.length > 0);
        return drawn.map((some) => ({ name, ...joined(some, budget), ...look, ...(some === dots && dotOf(look)) }));
      }),
      ...ends(inState("running")),
    ],
    xaxis: { title: { text: "step" }, rangemode: "tozero" },
    yaxis: { title: { text: escapePlotlyLabel(clip(goal.metric, 40)) } },
  };
}

const isDot = ({ reports = [] }: SweepTrial): boolean => reports.length === 1;
function dotOf({ line }: Trace): Trace {
  return { marker: { size: 6, color: recordOf(line)["color"] } };
}

/** Joins many lines into one trace with gaps: five hundred traces would be slow. */
function joined(trials: readonly SweepTrial[], budget: number): Trace {
  const x: (number | null)[] = [];
  const y: (number | null)[] = [];
  const numbers: (number | null)[] = [];
  for (const { number, reports = [] } of trials) {
    const keep = largestTriangleIndices(
      reports.map(({ step }) => step),
      reports.map(({ score }) => score),
      budget,
    );
    for (const i of keep) {
      x.push(reports[i]!.step);
      y.push(Number.isFinite(reports[i]!.score) ? roundToSixDigits(reports[i]!.score) : null);
      numbers.push(number);
    }
    x.push(null);
    y.push(null);
    numbers.push(null);
  }
  const single = trials.every(({ reports = [] }) => reports.length < 2);
  return {
    type: "scatter",
    mode: single ? "markers" : "lines",
    x,
    y,
    customdata: numbers,
    connectgaps: false,
    showlegend: false,
    hovertemplate: "trial %{customdata}, step %{x}: %{y:.4~g}<extra></extra>",
  };
}

/** Draws a dot at the end of each running trial's line. */
function ends(running: readonly SweepTrial[]): readonly Trace[] {
  if (running.length === 0) return [];
  const last = running.flatMap(({ number, reports = [] }) =>
    reports.slice(-1).map((report) => ({ number, ...report })),
  );
  return [
    {
      type: "scatter",
      mode: "markers",
      name: "running",
      showlegend: false,
      hoverinfo: "skip",
      x: last.map(({ step }) => step),
      y: last.map(({ score }) => roundToSixDigits(score)),
      customdata: last.map(({ number }) => number),
      marker: { size: 7, color: stateColors.running },
    },
  ];
}
