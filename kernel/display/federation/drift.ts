/**
 * Divergence of clients in a round: the norm of each update, and its cosine to the aggregated update. Similar clients
 * point the same way; the more their data differ, the less they do.
 */
import { figureView, type Figure, type Trace } from "../figure.js";
import { roundToSixDigits } from "../curves/line.js";
import type { DisplayOutput } from "../html.js";
import { paletteColor } from "../svg/colors.js";
import { clip, escapePlotlyLabel, oneLine, printable, significantText } from "../../host/value-text.js";
import {
  isFiniteNumber,
  livePlotLayout,
  scoreSpreadOf,
  type ClientUpdateViewData,
  type FederationViewData,
  type RoundViewData,
} from "./view.js";

const CLIENT = "#8a8f98";

/** Returns null if no single update is known. */
export function clientDriftView(options: FederationViewData, id?: string): DisplayOutput | null {
  const figure = clientDriftFigure(options);
  return figure && { ...figureView(figure, { text: textOf(options) }), ...(id !== undefined && { id }) };
}

export function clientDriftFigure({
  rounds,
  totalRounds,
}: Pick<FederationViewData, "rounds" | "totalRounds">): Figure | null {
  const norms = panel(rounds, ({ norm }) => norm, { n: "", legend: true, digits: ".4g" });
  const cosines = panel(rounds, ({ cosine }) => cosine, { n: "2", legend: false, digits: ".3f" });
  if (norms.length === 0 || cosines.length === 0) return null;
  const least = Math.min(
    0,
    ...rounds.flatMap(({ clients }) => clients.map(({ cosine }) => cosine).filter(isFiniteNumber)),
  );
  const x = { title: { text: "round" }, range: [0.5, totalRounds + 0.5] };
  return {
    data: [...norms, ...cosines],
    layout: {
      title: { text: "Divergence of clients" },
      xaxis: { ...x, domain: [0, 0.45], anchor: "y" },
      yaxis: { title: { text: "norm of the update" }, rangemode: "tozero", anchor: "x" },
      xaxis2: { ...x, domain: [0.55, 1], anchor: "y2" },
      yaxis2: {
        title: { text: "cosine with the mean" },
        range: [least < 0 ? Math.max(-1.05, least - 0.1) : 0, 1.05],
        anchor: "x2",
      },
      height: 340,
      ...livePlotLayout,
    },
  };
}

/** Draws a round's clients as dots, and their median as a line. */
function panel(
  rounds: readonly RoundViewData[],
  valueOf: (one: ClientUpdateViewData) => number | undefined,
  options: { readonly n: string; readonly legend: boolean; readonly digits: string },
): readonly Trace[] {
  const axes = { xaxis: `x${options.n}`, yaxis: `y${options.n}`, showlegend: options.legend };
  const all = rounds.flatMap(({ round, clients }) =>
    clients.flatMap((one) => {
      const value = valueOf(one);
      return isFiniteNumber(value) ? [{ round, name: one.name, value }] : [];
    }),
  );
  const middle = rounds.flatMap(({ round, clients }) => {
    const spread = scoreSpreadOf(clients.map(valueOf));
    return spread ? [{ round, value: spread.middle }] : [];
  });
  if (all.length === 0) return [];
  return [
    {
      type: "scatter",
      mode: "markers",
      name: "a client",
      ...axes,
      marker: { size: 5, color: CLIENT, opacity: 0.75 },
      x: all.map(({ round }) => round),
      y: all.map(({ value }) => roundToSixDigits(value)),
      text: all.map(({ name }) => escapePlotlyLabel(clip(printable(oneLine(name)), 40))),
      hovertemplate: `%{text}, round %{x}: %{y:${options.digits}}<extra></extra>`,
    },
    {
      type: "scatter",
      mode: middle.length < 30 ? "lines+markers" : "lines",
      name: "median",
      ...axes,
      line: { width: 2.5, color: paletteColor(0) },
      marker: { size: 6, color: paletteColor(0) },
      x: middle.map(({ round }) => round),
      y: middle.map(({ value }) => roundToSixDigits(value)),
    },
  ];
}

function textOf({ rounds }: FederationViewData): string {
  const lines = rounds.flatMap(({ round, clients }) => {
    const [norm, cosine] = [
      scoreSpreadOf(clients.map((one) => one.norm)),
      scoreSpreadOf(clients.map((one) => one.cosine)),
    ];
    if (!norm || !cosine) return [];
    const range =
      norm.least === norm.most ? "" : ` (${significantText(norm.least, 3)} to ${significantText(norm.most, 3)})`;
    return [
      `round ${String(round)}: norm ${significantText(norm.middle, 3)}${range}, cosine with the mean ${signed(cosine.middle)} (least ${signed(cosine.least)})`,
    ];
  });
  const [first, last] = [lines[0], lines.at(-1)];
  return ["Divergence of clients", ...(first === last ? [first] : [first, last])].join("\n");
}

const signed = (value: number): string => value.toFixed(3).replace("-", "−");
