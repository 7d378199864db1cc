/**
 * Plots of an evaluation in one row: ranking quality (ROC, precision over recall), calibration, predicted over true
 * numbers, ranks of search results, errors by length. Lines differ in colour and dash, and share one legend with their
 * values. Text-only front ends show the numbers.
 */
import type { PlotCurve } from "#stdlib/metrics/shared/curves.js";
import type { Reliability } from "#stdlib/metrics/shared/reliability.js";
import { figureView, type Figure, type Trace } from "../figure.js";
import { roundToSixDigits } from "../curves/line.js";
import type { IntervalEnds } from "../score-cell.js";
import type { DisplayOutput } from "../html.js";
import { paletteColor } from "../svg/colors.js";
import { clip, groupedNumber, escapePlotlyLabel, plural, significantText } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

export interface RankingCurves {
  readonly name: string;
  readonly roc: PlotCurve;
  readonly area: number;
  /** A step has the height of the point at its right end. */
  readonly precision: PlotCurve;
  readonly averagePrecision: number;
}
export interface RankingsPicture {
  readonly lines: readonly RankingCurves[];
  /** Number of ranked labels, and number of all labels. */
  readonly labels: number;
  readonly total: number;
  /**
   * The label of all lines, or null for the mean of all labels, if the lines are several models'; otherwise their names
   * tell it.
   */
  readonly each?: string | null;
}
export interface RegressionPicture {
  readonly name: string;
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
  /** Total number of rows, of which a sample is drawn. */
  readonly total: number;
}
export interface RecallAtRankPicture {
  readonly name: string;
  /** Share of searches with a correct result by rank 1, 2, … */
  readonly found: readonly number[];
}
export interface ErrorByLengthPicture {
  /** Meaning of the values: shares of rows, or means. */
  readonly kind: "mistakes" | "absolute error";
  readonly bins: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
  readonly models: readonly {
    readonly name: string;
    readonly values: readonly (IntervalEnds & { readonly value: number })[];
  }[];
}
export interface EvaluationPictures {
  readonly on: string;
  /** Number of models that are not drawn. */
  readonly left: number;
  readonly rankings: RankingsPicture | null;
  readonly reliability: readonly (Reliability & { readonly name: string })[];
  readonly numbers: readonly RegressionPicture[];
  readonly places: readonly RecallAtRankPicture[];
  readonly lengths: ErrorByLengthPicture | null;
}

const DASHES = ["solid", "dash", "dot", "dashdot"] as const;
const HEIGHT = 270;
/** Height of a legend line. */
const LINE = 15;
/** Gap between two plots, for the axis labels of the right one. */
const GAP = 0.085;
const FOOT = "#8a8f98";

export function evaluationPicturesView(pictures: EvaluationPictures): DisplayOutput {
  return figureView(evaluationPicturesFigure(pictures), { text: textOf(pictures) });
}

/** One of the plots; its traces have no axes yet. */
interface Small {
  readonly x: string;
  readonly y: string;
  readonly traces: readonly Trace[];
  readonly xaxis?: Trace;
  readonly yaxis?: Trace;
  /** Distribution of the rows, drawn below the plot on the same axis. */
  readonly foot?: Trace;
}

export function evaluationPicturesFigure(pictures: EvaluationPictures): Figure {
  const { rankings, reliability, numbers, places, lengths } = pictures;
  const small: readonly Small[] = [
    ...(rankings ? [rocOf(rankings), precisionOf(rankings)] : []),
    ...(reliability.length > 0 ? [reliabilityOf(reliability)] : []),
    ...(numbers.length > 0 ? [numbersOf(numbers)] : []),
    ...(places.length > 0 ? [placesOf(places)] : []),
    ...(lengths ? [lengthsOf(lengths)] : []),
  ];
  const wide = (1 - GAP * (small.length - 1)) / small.length;
  const entries = legendOf(pictures);
  const data: Trace[] = [...entries];
  const layout: Record<string, unknown> = {};
  small.forEach(({ x, y, traces, xaxis, yaxis, foot }, i) => {
    const n = i === 0 ? "" : String(i + 1);
    const low = foot ? 0.24 : 0;
    const domain = [i * (wide + GAP), i * (wide + GAP) + wide];
    const title = { title: { text: x } };
    data.push(...traces.map((trace) => ({ ...trace, showlegend: false, xaxis: `x${n}`, yaxis: `y${n}` })));
    layout[`xaxis${n}`] = { domain, anchor: `y${n}`, ...(foot ? { showticklabels: false } : title), ...xaxis };
    layout[`yaxis${n}`] = { domain: [low, 1], anchor: `x${n}`, title: { text: y }, ...yaxis };
    if (!foot) return;
    const below = String(small.length + 1);
    data.push({ ...foot, showlegend: false, xaxis: `x${below}`, yaxis: `y${below}` });
    layout[`xaxis${below}`] = { domain, anchor: `y${below}`, ...title, ...xaxis };
    layout[`yaxis${below}`] = { domain: [0, 0.16], anchor: `x${below}`, nticks: 2, rangemode: "tozero" };
  });
  return {
    data,
    layout: {
      ...layout,
      // The margin includes space for all legend entries in separate lines, as on a narrow page.
      height: HEIGHT + LINE * entries.length,
      margin: { t: 20 + LINE * entries.length, r: 16, b: 44, l: 56 },
      showlegend: entries.length > 0,
      legend: { orientation: "h", x: 0, y: 0.99, yref: "container", yanchor: "top" },
    },
  };
}

const lookOf = (i: number): { readonly color: string; readonly dash: string } => ({
  color: paletteColor(i),
  dash: DASHES[i % DASHES.length]!,
});
const drawn = (values: ArrayLike<number>): readonly (number | null)[] => Array.from(values, roundToSixDigits);
/** A share of few rows is unreliable, so its mark is small. */
function sizesOf(bins: Reliability["bins"]): readonly number[] {
  const most = bins.reduce((n, { count }) => Math.max(n, count), 1);
  return bins.map(({ count }) => Number((3 + 6 * Math.sqrt(count / most)).toFixed(1)));
}
const UNIT = { range: [-0.02, 1.02] };
const diagonal = (from = 0, to = 1): Trace => ({
  type: "scatter",
  mode: "lines",
  x: [from, to],
  y: [from, to],
  hoverinfo: "skip",
  line: { color: FOOT, width: 1, dash: "dot" },
});

function rocOf({ lines, each, labels }: RankingsPicture): Small {
  const traces = lines.map(({ name, roc }, i) => ({
    type: "scatter",
    mode: "lines",
    x: drawn(roc.x),
    y: drawn(roc.y),
    line: { ...lookOf(i), width: 2 },
    hovertemplate: `${hovered(name)}<br>finds %{y:.1%} of the true ones<br>and %{x:.1%} of the others<extra></extra>`,
  }));
  return {
    x: "false positive rate",
    y: `true positive rate${each === undefined ? "" : `, ${each === null ? `mean of ${groupedNumber(labels)}` : `“${clip(each, 12)}”`}`}`,
    xaxis: UNIT,
    yaxis: UNIT,
    traces: [diagonal(), ...traces],
  };
}

function precisionOf({ lines }: RankingsPicture): Small {
  const traces = lines.map(({ name, precision }, i) => ({
    type: "scatter",
    mode: "lines",
    line: { ...lookOf(i), width: 2, shape: "vh" },
    // The first step begins at recall 0.
    x: [0, ...drawn(precision.x)],
    y: drawn([precision.y[0] ?? 1, ...precision.y]),
    hovertemplate: `${hovered(name)}<br>of %{x:.1%} found<br>%{y:.1%} is true<extra></extra>`,
  }));
  return { x: "recall", y: "precision", xaxis: UNIT, yaxis: UNIT, traces };
}

function reliabilityOf(all: EvaluationPictures["reliability"]): Small {
  const traces = all.map(({ name, bins }, i) => ({
    type: "scatter",
    mode: "lines+markers",
    line: { ...lookOf(i), width: 2 },
    marker: { size: sizesOf(bins), color: paletteColor(i) },
    x: drawn(bins.map(({ said: predicted }) => predicted)),
    y: drawn(bins.map((bin) => bin.true)),
    customdata: bins.map((bin) => bin.count),
    hovertemplate: `${all.length > 1 ? `${hovered(name)}<br>` : ""}predicted %{x:.1%}, observed %{y:.1%}<br>of %{customdata:,}<extra></extra>`,
  }));
  const [only, ...others] = all;
  const lone = only && others.length === 0 ? only : null;
  const foot = lone && {
    type: "bar",
    x: drawn(lone.bins.map(({ said: predicted }) => predicted)),
    y: lone.bins.map((bin) => bin.count),
    marker: { color: FOOT },
    width: 0.04,
    hovertemplate: "%{y:,} predicted near %{x:.0%}<extra></extra>",
  };
  return {
    x: "predicted probability",
    y: "share that came true",
    xaxis: UNIT,
    yaxis: UNIT,
    traces: [diagonal(), ...traces],
    ...(foot && { foot }),
  };
}

function numbersOf(all: readonly RegressionPicture[]): Small {
  const values = all.flatMap(({ truth, predicted }) => [...truth, ...predicted]).filter(Number.isFinite);
  const [low, high] = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  const traces = all.map(({ name, truth, predicted }, i) => ({
    type: "scatter",
    mode: "markers",
    x: drawn(truth),
    y: drawn(predicted),
    marker: { size: 4, color: paletteColor(i), opacity: 0.6 },
    hovertemplate: `${all.length > 1 ? `${hovered(name)}<br>` : ""}true %{x}, predicted %{y}<extra></extra>`,
  }));
  return { x: "right", y: "said", traces: [...(low < high ? [diagonal(low, high)] : []), ...traces] };
}

function placesOf(all: readonly RecallAtRankPicture[]): Small {
  const traces = all.map(({ name, found }, i) => ({
    type: "scatter",
    mode: "lines+markers",
    x: found.map((_, place) => place + 1),
    y: drawn(found),
    line: { ...lookOf(i), width: 2 },
    marker: { size: 5, color: paletteColor(i) },
    hovertemplate: `${all.length > 1 ? `${hovered(name)}<br>` : ""}%{y:.1%} found by place %{x}<extra></extra>`,
  }));
  return { x: "place", y: "searches that found", yaxis: UNIT, traces };
}

function lengthsOf({ kind, bins, models }: ErrorByLengthPicture): Small {
  const names = bins.map(({ from, to }) => between(from, to));
  const share = kind === "mistakes";
  const traces = models.map(({ name, values }, i) => ({
    type: "scatter",
    mode: "lines+markers",
    x: names,
    y: drawn(values.map(({ value }) => value)),
    line: { ...lookOf(i), width: 1.5 },
    marker: { size: 7, color: paletteColor(i) },
    error_y: {
      type: "data",
      symmetric: false,
      thickness: 1.5,
      width: 3,
      color: paletteColor(i),
      array: drawn(values.map(({ value, high }) => high - value)),
      arrayminus: drawn(values.map(({ value, low }) => value - low)),
    },
    customdata: bins.map(({ rows }) => rows),
    hovertemplate: `${models.length > 1 ? `${hovered(name)}<br>` : ""}%{x} tokens: ${share ? "%{y:.1%}" : "%{y:.4~g}"}<br>of %{customdata:,} rows<extra></extra>`,
  }));
  return {
    x: "tokens of the text",
    y: share ? "rows with a mistake" : "mean absolute error",
    traces,
    xaxis: { type: "category", tickfont: { size: 10 } },
    // Includes the ends of the intervals.
    yaxis: {
      range: [0, 1.05 * models.flatMap(({ values }) => values).reduce((top, { high }) => Math.max(top, high), 1e-9)],
    },
  };
}

/** Adds each line once with its value, as traces without points, so that no plot needs a separate legend. */
function legendOf(pictures: EvaluationPictures): Trace[] {
  const entries = entriesOf(pictures);
  // The scores of a single model are displayed above already.
  if (entries.length === 1 && entries[0]?.says === "") return [];
  return entries.map(({ name, says }, i) => ({
    type: "scatter",
    mode: "lines",
    x: [null],
    y: [null],
    showlegend: true,
    hoverinfo: "skip",
    name: [nameOf(name), says].filter(Boolean).join(": "),
    line: { ...lookOf(i), width: 2 },
  }));
}

function entriesOf(pictures: EvaluationPictures): readonly { readonly name: string; readonly says: string }[] {
  const { rankings, reliability, numbers, places, lengths } = pictures;
  const off = (name: string): string | false => {
    const calibration = reliability.find((one) => one.name === name);
    return calibration !== undefined && `ECE ${calibration.error.toFixed(3)}`;
  };
  const areas = ({ area, averagePrecision }: RankingCurves): string =>
    `AUC ${area.toFixed(3)}, AP ${averagePrecision.toFixed(3)}`;
  const models = [
    ...new Set([...reliability, ...numbers, ...places, ...(lengths?.models ?? [])].map(({ name }) => name)),
  ];
  const [only] = models;
  if (models.length > 1 || !rankings)
    return models.map((name) => {
      const line = rankings?.lines.find((one) => one.name === name);
      return {
        name,
        says: [line && areas(line), off(name)].filter(Boolean).join(", "),
      };
    });
  return rankings.lines.map((line, i) => ({
    name: line.name,
    says: [areas(line), i === 0 && only !== undefined && off(only)].filter(Boolean).join(", "),
  }));
}

/** plotly replaces `%{…}` with values. */
const hovered = (name: string): string => nameOf(name).replaceAll("%{", "% {");
const nameOf = (name: string): string => escapePlotlyLabel(clip(name, 24));
const between = (from: number, to: number): string =>
  from === to ? groupedNumber(from) : `${groupedNumber(from)}–${groupedNumber(to)}`;

function textOf(pictures: EvaluationPictures): string {
  const { on, left, rankings, lengths } = pictures;
  const entries = entriesOf(pictures).filter(({ says }) => says !== "");
  const share = lengths?.kind === "mistakes";
  const valueText = (value: number): string => (share ? `${(100 * value).toFixed(1)} %` : significantText(value, 4));
  return [
    `Curves on ${on}`,
    ...entries.map(({ name, says }) => `${name}: ${says}`),
    ...(rankings?.each === undefined
      ? []
      : [
          `AUC and AP are ${rankings.each === null ? `means over ${plural(rankings.labels, "label")}` : `of “${rankings.each}”`}`,
        ]),
    ...(left > 0 ? [`and ${plural(left, "model")} more`] : []),
    ...(rankings && rankings.labels < rankings.total
      ? [`of ${plural(rankings.total, "label")}, ${groupedNumber(rankings.labels)} could be ranked`]
      : []),
    ...(lengths
      ? [
          textTable(
            [
              "tokens",
              "rows",
              ...lengths.models.map(({ name }) =>
                lengths.models.length > 1 ? `${lengths.kind}: ${name}` : lengths.kind,
              ),
            ],
            lengths.bins.map(({ from, to, rows }, bin) => [
              between(from, to),
              groupedNumber(rows),
              ...lengths.models.map(({ values }) => {
                const { value, low, high } = values[bin]!;
                return `${valueText(value)} (${valueText(low)} … ${valueText(high)})`;
              }),
            ]),
            ["left", "right", ...lengths.models.map(() => "right" as const)],
          ),
        ]
      : []),
  ].join("\n");
}
