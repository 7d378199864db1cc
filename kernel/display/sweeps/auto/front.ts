/** Scores over response time or size: baselines, frozen bases and trials, and their Pareto front. */
import type { ScoredCandidate } from "../../../study/auto/auto.js";
import type { StudyGoal } from "../../../study/study.js";
import { roundToSixDigits } from "../../curves/line.js";
import { figureView, type Figure, type Trace } from "../../figure.js";
import type { DisplayOutput } from "../../html.js";
import { byteSizeText, clip, durationText, escapePlotlyLabel, significantText } from "../../../host/value-text.js";
import { BEST_COLOR, stateColors } from "../series-styles.js";
import { latencyText } from "./contest.js";

/** Quantities of the horizontal axis; the first with two or more values is used. */
const ACROSS = [
  { title: "milliseconds per prediction", of: ({ latency }: ScoredCandidate) => latency },
  {
    title: "MB of weights",
    of: ({ bytes: weightBytes }: ScoredCandidate) => (weightBytes === null ? null : weightBytes / 1e6),
  },
] as const;
const KINDS = [
  { kind: "trial", name: "trials", marker: { symbol: "circle", color: stateColors.done } },
  {
    kind: "frozen",
    name: "frozen bases",
    marker: { symbol: "circle-open", color: stateColors.running, line: { width: 2 } },
  },
  { kind: "baseline", name: "baselines", marker: { symbol: "square", color: stateColors.stopped } },
] as const;
/**
 * Response time in milliseconds below which a model reads no input. Constant predictions are left out, since they would
 * only compress the scale of the others.
 */
const CONSTANT = 0.01;
/** Ratio above which values are drawn on a logarithmic axis. */
const FAR = 20;
const NAME = 48;

interface Placed extends ScoredCandidate {
  readonly x: number;
}

/** Returns null if the cost of fewer than two models is known. */
export function paretoFrontFigure(
  goal: StudyGoal,
  all: readonly ScoredCandidate[],
  front: readonly string[],
): Figure | null {
  const reading = all.filter(({ latency }) => latency === null || latency >= CONSTANT);
  const scored = reading.length > 1 ? reading : all;
  const across = ACROSS.map((one) => ({ ...one, placed: placedBy(scored, one.of) })).find(
    ({ placed }) => placed.length > 1,
  );
  if (!across) return null;
  const { placed, title } = across;
  const xs = placed.map(({ x }) => x);
  const far = Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) > FAR;
  const along = placed.filter(({ name }) => front.includes(name)).sort((a, b) => a.x - b.x);
  return {
    data: [
      ...(along.length > 1
        ? [
            {
              type: "scatter",
              mode: "lines",
              name: "none beats it",
              hoverinfo: "skip",
              x: along.map(({ x }) => roundToSixDigits(x)),
              y: along.map(({ score }) => roundToSixDigits(score)),
              line: { color: BEST_COLOR, width: 1.5, shape: "hv" },
            },
          ]
        : []),
      ...KINDS.flatMap(({ kind, name, marker }) => {
        const ofKind = placed.filter((one) => one.kind === kind);
        return ofKind.length === 0 ? [] : [pointsOf(ofKind, name, marker)];
      }),
    ],
    layout: {
      title: { text: escapePlotlyLabel(`${clip(goal.metric, 30)} and cost`) },
      height: 320,
      margin: { t: 64, r: 22, b: 58, l: 62 },
      hovermode: "closest",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { title: { text: `${title} (fewer are better)` }, ...(far && { type: "log" }) },
      yaxis: {
        title: {
          text: escapePlotlyLabel(
            `${clip(goal.metric, 30)} (${goal.direction === "maximize" ? "higher" : "lower"} is better)`,
          ),
        },
      },
    },
  };
}

export function paretoFrontView(
  goal: StudyGoal,
  scored: readonly ScoredCandidate[],
  front: readonly string[],
): DisplayOutput | null {
  const figure = paretoFrontFigure(goal, scored, front);
  // A terminal shows the numbers of the table.
  return figure && figureView(figure);
}

function placedBy(
  scored: readonly ScoredCandidate[],
  valueOf: (one: ScoredCandidate) => number | null,
): readonly Placed[] {
  return scored.flatMap((one) => {
    const x = valueOf(one);
    return x !== null && Number.isFinite(x) && x > 0 && Number.isFinite(one.score) ? [{ ...one, x }] : [];
  });
}

function pointsOf(points: readonly Placed[], name: string, marker: Trace): Trace {
  return {
    type: "scatter",
    mode: "markers",
    name,
    showlegend: true,
    marker: { size: 8, ...marker },
    x: points.map(({ x }) => roundToSixDigits(x)),
    y: points.map(({ score }) => roundToSixDigits(score)),
    text: points.map(hoverText),
    hovertemplate: "%{text}<extra></extra>",
  };
}
function hoverText({ name, score, seconds, bytes: weightBytes, latency }: Placed): string {
  return [
    clip(name, NAME),
    significantText(score, 4),
    Number.isFinite(seconds) && `trained in ${durationText(seconds)}`,
    latency !== null && `${latencyText(latency)} per prediction`,
    weightBytes !== null && byteSizeText(weightBytes),
  ]
    .filter((part) => part !== false)
    .map(escapePlotlyLabel)
    .join("<br>");
}
