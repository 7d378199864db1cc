/** A learning curve: measured scores, the fitted law, and the forecast for more rows. */
import type { LearningCurveForecast, ForecastInterval } from "../../data/judging/power-law.js";
import { figureView, type Figure } from "../figure.js";
import { roundToSixDigits } from "./line.js";
import type { DisplayOutput } from "../html.js";
import { paletteColor } from "../svg/colors.js";
import { tableView } from "../table.js";
import { groupedNumber, escapePlotlyLabel, significantText } from "../../host/value-text.js";

export interface LearningCurveData {
  readonly data: string;
  /** Number of training rows. */
  readonly rows: number;
  /** Whether less is better (errors, losses). */
  readonly errors: boolean;
  /** Whether scores are shares, shown in percent and points. Defaults to true unless `errors` is set. */
  readonly shares?: boolean;
  /** Defaults to mean absolute error for errors, else accuracy. */
  readonly metric?: string;
  /** Description of the measurement: the beginning of the sentence below the table. */
  readonly measured: string;
}
/** Multiples of the rows in the forecast. */
const TIMES = [2, 4, 10] as const;
/** Maximum multiple of the rows in the plot. */
const FARTHEST = 4;
/**
 * Gains below `HARDLY` are reported as none if the upper bound is below `AT_MOST`: in points for shares, else relative
 * to the score.
 */
const HARDLY = 0.003;
const AT_MOST = 0.02;
const LINE = 40;

export function learningCurveView(forecast: LearningCurveForecast, data: LearningCurveData): readonly DisplayOutput[] {
  const sentence = forecastSentence(forecast, data);
  return [
    figureView(curveFigure(forecast, data, sentence), { text: `${data.data}: ${sentence}` }),
    tableView(
      ["rows", metricOf(data), "gain"],
      [
        [groupedNumber(data.rows), scoreText(forecast.scoreAt(data.rows), data), ""],
        ...TIMES.map((times) => [
          `${groupedNumber(times * data.rows)} (${String(times)} times)`,
          scoreText(forecast.scoreAt(times * data.rows), data),
          gainText(forecast.gain(data.rows, times * data.rows), data),
        ]),
      ],
      {
        caption: data.measured,
      },
    ),
  ];
}

/** View for scores that never exceed a constant answer: the measurements without a forecast. */
export function nothingLearntView(
  sizes: readonly { readonly rows: number; readonly score: number; readonly seeds: number }[],
  floor: number,
  data: { readonly name: string; readonly metric: string; readonly scored: number },
): DisplayOutput {
  const sentence =
    `The model has not learned enough: on ${groupedNumber(data.scored)} validation rows no size is better than predicting the most frequent label by more than chance ` +
    `(${data.metric} ${significantText(floor, 4)}), so there is no forecast for more rows. ` +
    `First try more epochs, another learning rate, or training more of the base.`;
  return tableView(
    ["rows", data.metric, "trainings"],
    sizes.map(({ rows, score, seeds }) => [groupedNumber(rows), significantText(score, 4), String(seeds)]),
    { title: `${data.name}: learning curve`, caption: sentence },
  );
}

/** Returns e.g. `twice the rows: +1.2 ± 0.4 points`. */
export function forecastSentence(
  { scoreAt: forecastAt, gain }: LearningCurveForecast,
  data: LearningCurveData,
): string {
  const { rows, errors } = data;
  const twice = gain(rows, 2 * rows);
  const named = data.metric !== undefined || errors;
  const sentence = `twice the rows: ${gainText(twice, data)}${named ? ` in ${metricOf(data)}` : ""}`;
  const hardly = inShares(data) ? HARDLY : HARDLY * Math.abs(twice.high - twice.low);
  const little = errors ? twice.high >= 0 : twice.low <= 0 && twice.middle < hardly;
  if (!little) return sentence;
  const most = errors ? -twice.low : twice.high;
  const sure = most < AT_MOST * (inShares(data) ? 1 : Math.abs(forecastAt(2 * rows).middle));
  return sure
    ? `more rows of this kind hardly help (${sentence})`
    : `these scores do not show whether more rows of this kind help (${sentence})`;
}

function inShares({ shares, errors }: LearningCurveData): boolean {
  return shares ?? !errors;
}
function metricOf({ metric, errors }: LearningCurveData): string {
  return metric ?? (errors ? "mean absolute error" : "accuracy");
}

function gainText({ middle, low, high }: ForecastInterval, data: LearningCurveData): string {
  const half = (high - low) / 2;
  const sign = middle < 0 ? "−" : "+";
  if (!inShares(data)) return `${sign}${significantText(Math.abs(middle), 2)} ± ${significantText(half, 2)}`;
  return `${sign}${(100 * Math.abs(middle)).toFixed(1)} ± ${(100 * half).toFixed(1)} points`;
}
function scoreText({ middle, low, high }: ForecastInterval, data: LearningCurveData): string {
  const valueText = (value: number): string =>
    inShares(data) ? `${(100 * value).toFixed(1)} %` : significantText(value, 3);
  return `${valueText(middle)} (${valueText(low)} – ${valueText(high)})`;
}

function curveFigure(forecast: LearningCurveForecast, data: LearningCurveData, sentence: string): Figure {
  const [first, last] = [forecast.points[0]?.rows ?? 1, FARTHEST * data.rows];
  const x = Array.from({ length: LINE }, (_, i) => Math.round(first * (last / first) ** (i / (LINE - 1))));
  const band = x.map((rows) => forecast.scoreAt(rows));
  const scale = inShares(data) ? 100 : 1;
  const y = (values: readonly number[]): readonly unknown[] => values.map((value) => roundToSixDigits(scale * value));
  const points = forecast.points;
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: "forecast, 4 of 5 cases",
        fill: "toself",
        hoverinfo: "skip",
        x: [...x, ...x.toReversed()],
        y: y([...band.map(({ high }) => high), ...band.map(({ low }) => low).toReversed()]),
        line: { width: 0, color: paletteColor(0) },
        fillcolor: "rgba(63,124,196,0.2)",
      },
      {
        type: "scatter",
        mode: "lines",
        name: "power law",
        x,
        y: y(band.map(({ middle }) => middle)),
        line: { color: paletteColor(0), width: 2 },
      },
      {
        type: "scatter",
        mode: "markers",
        name: "measured",
        x: points.map(({ rows }) => rows),
        y: y(points.map(({ middle }) => middle)),
        error_y: {
          type: "data",
          symmetric: false,
          array: y(points.map(({ middle, high }) => high - middle)),
          arrayminus: y(points.map(({ middle, low }) => middle - low)),
        },
        marker: { color: paletteColor(1), size: 7 },
      },
    ],
    layout: {
      title: { text: escapePlotlyLabel(`${data.data}: ${sentence}`) },
      height: 340,
      margin: { t: 64, r: 16, b: 44, l: 56 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { title: { text: "rows learnt" }, type: "log" },
      yaxis: { title: { text: escapePlotlyLabel(inShares(data) ? `${metricOf(data)}, %` : metricOf(data)) } },
    },
  };
}
