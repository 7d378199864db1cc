/** Scores over what an answer takes: baselines, frozen bases and trials, and the line that none of the others beats. */
import type { Contestant } from "../../../study/auto/auto.js";
import type { Goal } from "../../../study/study.js";
import { short } from "../../curves/line.js";
import { figureShown, type Figure, type Trace } from "../../figure.js";
import type { Shown } from "../../bundle-output.js";
import { bytes, clip, duration, escapeLabel, significant } from "../../../host/text.js";
import { BEST, colors } from "../series-styles.js";
import { answerText } from "./contest.js";

/** What is drawn to the right: the first that two or more have told. */
const ACROSS = [
  { title: "milliseconds of an answer", of: ({ latency }: Contestant) => latency },
  { title: "MB of weights", of: ({ bytes: held }: Contestant) => (held === null ? null : held / 1e6) },
] as const;
const KINDS = [
  { kind: "trial", name: "trials", marker: { symbol: "circle", color: colors.done } },
  {
    kind: "frozen",
    name: "frozen bases",
    marker: { symbol: "circle-open", color: colors.running, line: { width: 2 } },
  },
  { kind: "baseline", name: "baselines", marker: { symbol: "square", color: colors.stopped } },
] as const;
/** Milliseconds in which nothing is read: what says the same of all would only make the picture's other points small. */
const CONSTANT = 0.01;
/** Numbers that lie further apart are drawn by factors. */
const FAR = 20;
const NAME = 48;

interface Placed extends Contestant {
  readonly x: number;
}

/** Null: of fewer than two is it known what they take. */
export function frontFigure(goal: Goal, all: readonly Contestant[], front: readonly string[]): Figure | null {
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
              x: along.map(({ x }) => short(x)),
              y: along.map(({ score }) => short(score)),
              line: { color: BEST, width: 1.5, shape: "hv" },
            },
          ]
        : []),
      ...KINDS.flatMap(({ kind, name, marker }) => {
        const own = placed.filter((one) => one.kind === kind);
        return own.length === 0 ? [] : [pointsOf(own, name, marker)];
      }),
    ],
    layout: {
      title: { text: escapeLabel(`${clip(goal.metric, 30)} and what it takes`) },
      height: 320,
      margin: { t: 64, r: 22, b: 58, l: 62 },
      hovermode: "closest",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { title: { text: `${title} (fewer are better)` }, ...(far && { type: "log" }) },
      yaxis: {
        title: {
          text: escapeLabel(
            `${clip(goal.metric, 30)} (${goal.direction === "maximize" ? "higher" : "lower"} is better)`,
          ),
        },
      },
    },
  };
}

export function frontShown(goal: Goal, scored: readonly Contestant[], front: readonly string[]): Shown | null {
  const figure = frontFigure(goal, scored, front);
  // A terminal has the table's numbers.
  return figure && figureShown(figure);
}

function placedBy(scored: readonly Contestant[], of: (one: Contestant) => number | null): readonly Placed[] {
  return scored.flatMap((one) => {
    const x = of(one);
    return x !== null && Number.isFinite(x) && x > 0 && Number.isFinite(one.score) ? [{ ...one, x }] : [];
  });
}

function pointsOf(own: readonly Placed[], name: string, marker: Trace): Trace {
  return {
    type: "scatter",
    mode: "markers",
    name,
    showlegend: true,
    marker: { size: 8, ...marker },
    x: own.map(({ x }) => short(x)),
    y: own.map(({ score }) => short(score)),
    text: own.map(hoverText),
    hovertemplate: "%{text}<extra></extra>",
  };
}
function hoverText({ name, score, seconds, bytes: held, latency }: Placed): string {
  return [
    clip(name, NAME),
    significant(score, 4),
    Number.isFinite(seconds) && `learnt in ${duration(seconds)}`,
    latency !== null && `${answerText(latency)} an answer`,
    held !== null && bytes(held),
  ]
    .filter((part) => part !== false)
    .map(escapeLabel)
    .join("<br>");
}
