/** Trials by the first two of several goals, with their Pareto front. */
import { paretoFrontOf } from "../../study/front.js";
import type { Trace } from "../figure.js";
import { clip, escapePlotlyLabel, significantText } from "../../host/value-text.js";
import { textTable } from "../text-table.js";
import { roundToSixDigits } from "../curves/line.js";
import { BEST_COLOR, stateColors, markerSizeFor } from "./series-styles.js";
import type { FigurePanel } from "./panels.js";
import { doneTrialsOf, hoverText, greaterIsBetterScore, type ScoredTrial, type SweepView } from "./view.js";

export function trialsWithAllScores(
  view: SweepView,
): readonly (ScoredTrial & { readonly scores: readonly number[] })[] {
  const count = view.goals.length;
  return doneTrialsOf(view).flatMap((trial) => {
    const scores = (trial.scores ?? [trial.score]).slice(0, count);
    return scores.length === count && scores.every(Number.isFinite) ? [{ ...trial, scores }] : [];
  });
}
/** Sorted by the first goal's scores. */
export function paretoFrontTrials(view: SweepView): ReturnType<typeof trialsWithAllScores> {
  const compared = trialsWithAllScores(view).filter(({ missed }) => !missed);
  const worths = compared.map(({ scores }) => view.goals.map((goal, i) => greaterIsBetterScore(scores[i]!, goal)));
  return paretoFrontOf(worths)
    .map((i) => compared[i]!)
    .sort((a, b) => a.scores[0]! - b.scores[0]! || a.number - b.number);
}

/** Returns null if there is one goal, or no trial has all scores. */
export function paretoFrontPanel(view: SweepView): FigurePanel | null {
  const [first, second, ...more] = view.goals;
  const compared = trialsWithAllScores(view);
  if (!second || compared.length === 0) return null;
  const front = paretoFrontTrials(view);
  const beaten = compared.filter(({ number }) => front.every((trial) => trial.number !== number));
  const points = (on: typeof compared): Trace => ({
    type: "scatter",
    x: on.map(({ scores }) => roundToSixDigits(scores[0]!)),
    y: on.map(({ scores }) => roundToSixDigits(scores[1]!)),
    customdata: on.map(({ number }) => number),
    text: on.map(hoverText),
    hovertemplate: `trial %{customdata}: %{x:.4~g} and %{y:.4~g}<br>%{text}<extra></extra>`,
  });
  const line = more.length === 0 && front.length > 1;
  const arrow = (direction: string): string => (direction === "maximize" ? "higher is better" : "lower is better");
  const title = ({ metric, direction }: typeof first): Trace => ({
    text: `${escapePlotlyLabel(clip(metric, 30))} (${arrow(direction)})`,
  });
  return {
    traces: [
      {
        ...points(beaten),
        mode: "markers",
        name: "beaten",
        showlegend: true,
        marker: { size: markerSizeFor(compared.length), color: stateColors.pruned },
      },
      {
        ...points(front),
        mode: line ? "lines+markers" : "markers",
        name: "on the front",
        showlegend: true,
        marker: { size: markerSizeFor(compared.length) + 1.5, color: BEST_COLOR },
        line: { color: BEST_COLOR, width: 1.5, shape: stairs(first.direction, second.direction) },
      },
    ],
    xaxis: { title: title(first) },
    yaxis: { title: title(second) },
  };
}

export function paretoFrontText(view: SweepView): string {
  const front = paretoFrontTrials(view);
  const rows = front.map(({ number, scores, values }) => [
    String(number),
    ...scores.map((score) => significantText(score, 4)),
    Object.entries(values)
      .map(([path, value]) => `${path}: ${String(value)}`)
      .join(", "),
  ]);
  return textTable(["trial", ...view.goals.map(({ metric }) => metric), "values"], rows, []);
}

/** The front is drawn as steps, whose shape depends on the goals' directions. */
function stairs(x: string, y: string): "hv" | "vh" {
  return (x === "maximize") === (y === "maximize") ? (x === "maximize" ? "vh" : "hv") : x === "maximize" ? "hv" : "vh";
}
