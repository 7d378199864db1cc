/**
 * Clients' scores of the server's model by round: minimum, maximum, the middle half, and the score on all clients'
 * rows. Scores with each client's personal parameters are shown for comparison.
 */
import { figureView, type Figure, type Trace } from "../figure.js";
import { roundToSixDigits } from "../curves/line.js";
import type { DisplayOutput } from "../html.js";
import { paletteColor } from "../svg/colors.js";
import { clip, escapePlotlyLabel, oneLine, printable } from "../../host/value-text.js";
import {
  formatFourDecimals,
  isFiniteNumber,
  livePlotLayout,
  scoringDataText,
  scoreSpreadOf,
  type FederationViewData,
  type RoundViewData,
  type ScoreSpread,
} from "./view.js";

/** Maximum points of single clients: more would hide the distribution. */
const DOTS = 600;
const CLIENT = "#8a8f98";
const WIDE = "rgba(138,143,152,0.16)";
const MIDDLE = "rgba(138,143,152,0.3)";

/** Returns null if no client was scored. */
export function clientScoresView(options: FederationViewData, id?: string): DisplayOutput | null {
  const figure = clientScoresFigure(options);
  return figure && { ...figureView(figure, { text: textOf(options) }), ...(id !== undefined && { id }) };
}

export function clientScoresFigure(options: FederationViewData): Figure | null {
  const scored = options.rounds.flatMap((round) => {
    const spread = scoreSpreadOf(Object.values(round.scores));
    return spread ? [{ round, spread }] : [];
  });
  if (scored.length === 0 || options.metric === null) return null;
  const metric = escapePlotlyLabel(printable(oneLine(options.metric)));
  const whole = options.rounds.filter(({ score }) => isFiniteNumber(score));
  return {
    data: [
      ...(scored.length > 1
        ? [
            band("least to greatest", WIDE, scored, ({ least, most }) => [least, most]),
            band("half of the clients", MIDDLE, scored, ({ low, high }) => [low, high]),
          ]
        : []),
      dotsOf(
        scored.map(({ round }) => round),
        metric,
      ),
      line(
        escapePlotlyLabel(scoringDataText(options)),
        whole.map(({ round, score }) => [round, score ?? null]),
        { color: paletteColor(0) },
      ),
      ...personalOf(options.rounds),
    ].filter((trace): trace is Trace => trace !== null),
    layout: {
      title: { text: `${metric} on each client's own rows` },
      xaxis: { title: { text: "round" }, range: [0.5, options.totalRounds + 0.5] },
      yaxis: { title: { text: metric } },
      height: 380,
      ...livePlotLayout,
    },
  };
}

type Scored = readonly { readonly round: RoundViewData; readonly spread: ScoreSpread }[];
function band(
  name: string,
  fill: string,
  scored: Scored,
  ends: (spread: ScoreSpread) => readonly [number, number],
): Trace {
  const back = [...scored].reverse();
  return {
    type: "scatter",
    mode: "lines",
    name,
    fill: "toself",
    fillcolor: fill,
    hoverinfo: "skip",
    line: { width: 0, color: fill },
    x: [...scored, ...back].map(({ round }) => round.round),
    y: [...scored.map(({ spread }) => ends(spread)[0]), ...back.map(({ spread }) => ends(spread)[1])].map(
      roundToSixDigits,
    ),
  };
}

/** Draws each client, if they are few. */
function dotsOf(rounds: readonly RoundViewData[], metric: string): Trace | null {
  const all = rounds.flatMap(({ round, scores }) =>
    Object.entries(scores).flatMap(([name, score]) => (isFiniteNumber(score) ? [{ round, name, score }] : [])),
  );
  if (all.length > DOTS) return null;
  return {
    type: "scatter",
    mode: "markers",
    name: "a client",
    marker: { size: 5, color: CLIENT, opacity: 0.75 },
    x: all.map(({ round }) => round),
    y: all.map(({ score }) => roundToSixDigits(score)),
    text: all.map(({ name }) => nameOf(name)),
    hovertemplate: `%{text}, round %{x}<br>${metric} %{y:.4f}<extra></extra>`,
  };
}
function line(
  name: string,
  points: readonly (readonly [number, number | null])[],
  look: { readonly color: string; readonly dash?: string },
): Trace | null {
  if (points.length === 0) return null;
  return {
    type: "scatter",
    mode: points.length < 30 ? "lines+markers" : "lines",
    name,
    line: { width: 2.5, ...look },
    marker: { size: 6, color: look.color },
    x: points.map(([round]) => round),
    y: points.map(([, score]) => roundToSixDigits(score)),
  };
}
function personalOf(rounds: readonly RoundViewData[]): readonly (Trace | null)[] {
  const means = rounds.flatMap(({ round, personal }): (readonly [number, number])[] => {
    const spread = personal && scoreSpreadOf(Object.values(personal));
    return spread ? [[round, spread.mean]] : [];
  });
  const shared = rounds.flatMap(({ round, scores, personal }): (readonly [number, number])[] => {
    const spread = personal && scoreSpreadOf(Object.values(scores));
    return spread ? [[round, spread.mean]] : [];
  });
  if (means.length === 0) return [];
  return [
    line("mean over clients", shared, { color: paletteColor(2), dash: "dot" }),
    line("mean, each with its own head", means, { color: paletteColor(1), dash: "dash" }),
  ];
}

const nameOf = (name: string): string => escapePlotlyLabel(clip(printable(oneLine(name)), 40));

function textOf(options: FederationViewData): string {
  const last = options.rounds.findLast(({ scores }) => scoreSpreadOf(Object.values(scores)) !== null);
  const spread = last && scoreSpreadOf(Object.values(last.scores));
  if (!last || !spread) return "";
  const all = isFiniteNumber(last.score) ? `${formatFourDecimals(last.score)} on ${scoringDataText(options)}, ` : "";
  return `${options.metric ?? ""} in round ${String(last.round)}: ${all}clients ${formatFourDecimals(spread.least)} to ${formatFourDecimals(spread.most)}, half of them ${formatFourDecimals(spread.low)} to ${formatFourDecimals(spread.high)}`;
}
