/** A learning curve: what was measured, the law through it, and what more rows would come to. */
import type { Forecast, Interval } from "../../data/judging/power-law.js";
import { figureShown, type Figure } from "../figure.js";
import { short } from "./line.js";
import type { Shown } from "../bundle-output.js";
import { color } from "../svg/colors.js";
import { tableShown } from "../table.js";
import { count, escapeLabel, significant } from "../../host/text.js";

export interface CurveOf {
  readonly data: string;
  /** Rows that train. */
  readonly rows: number;
  /** The less the better: errors, losses. Else the more. */
  readonly errors: boolean;
  /** Shares, which are told in percent and points; absent: where they are no errors. */
  readonly shares?: boolean;
  /** Absent: of errors the mean absolute one, else accuracy. */
  readonly metric?: string;
  /** What was measured, as the sentence beneath the table begins. */
  readonly measured: string;
}
/** How many times the rows are told of. */
const TIMES = [2, 4, 10] as const;
/** The picture goes so far. */
const FARTHEST = 4;
/** A gain below so many points is told as none, where it can't be more than so many; of what is no share, of its own size. */
const HARDLY = 0.003;
const AT_MOST = 0.02;
const LINE = 40;

export function learningCurveShown(forecast: Forecast, of: CurveOf): readonly Shown[] {
  const sentence = sentenceOf(forecast, of);
  return [
    figureShown(curveFigure(forecast, of, sentence), { text: `${of.data}: ${sentence}` }),
    tableShown(
      ["rows", metricOf(of), "gain"],
      [
        [count(of.rows), scoreText(forecast.at(of.rows), of), ""],
        ...TIMES.map((times) => [
          `${count(times * of.rows)} (${String(times)} times)`,
          scoreText(forecast.at(times * of.rows), of),
          gainText(forecast.gain(of.rows, times * of.rows), of),
        ]),
      ],
      {
        caption: of.measured,
      },
    ),
  ];
}

/** Where no size is better than always the same answer: what was measured, and no forecast. */
export function nothingLearnt(
  sizes: readonly { readonly rows: number; readonly score: number; readonly seeds: number }[],
  floor: number,
  of: { readonly name: string; readonly metric: string; readonly scored: number },
): Shown {
  const said =
    `Nothing was learnt yet that shows: on ${count(of.scored)} rows of validation no size is better by more than chance than always ` +
    `answering the commonest label (${of.metric} ${significant(floor, 4)}), so nothing can be said of more rows. ` +
    `More epochs, another learning rate or more of the base that trains come first.`;
  return tableShown(
    ["rows", of.metric, "trainings"],
    sizes.map(({ rows, score, seeds }) => [count(rows), significant(score, 4), String(seeds)]),
    { title: `${of.name}: learning curve`, caption: said },
  );
}

/** `twice the rows: +1.2 ± 0.4 points`. */
export function sentenceOf({ at, gain }: Forecast, of: CurveOf): string {
  const { rows, errors } = of;
  const twice = gain(rows, 2 * rows);
  const named = of.metric !== undefined || errors;
  const said = `twice the rows: ${gainText(twice, of)}${named ? ` in ${metricOf(of)}` : ""}`;
  const hardly = inShares(of) ? HARDLY : HARDLY * Math.abs(twice.high - twice.low);
  const little = errors ? twice.high >= 0 : twice.low <= 0 && twice.middle < hardly;
  if (!little) return said;
  const most = errors ? -twice.low : twice.high;
  const sure = most < AT_MOST * (inShares(of) ? 1 : Math.abs(at(2 * rows).middle));
  return sure
    ? `more rows of this kind hardly help (${said})`
    : `whether more rows of this kind help can't be told from these scores (${said})`;
}

function inShares({ shares, errors }: CurveOf): boolean {
  return shares ?? !errors;
}
function metricOf({ metric, errors }: CurveOf): string {
  return metric ?? (errors ? "mean absolute error" : "accuracy");
}

function gainText({ middle, low, high }: Interval, of: CurveOf): string {
  const half = (high - low) / 2;
  const sign = middle < 0 ? "−" : "+";
  if (!inShares(of)) return `${sign}${significant(Math.abs(middle), 2)} ± ${significant(half, 2)}`;
  return `${sign}${(100 * Math.abs(middle)).toFixed(1)} ± ${(100 * half).toFixed(1)} points`;
}
function scoreText({ middle, low, high }: Interval, of: CurveOf): string {
  const told = (value: number): string => (inShares(of) ? `${(100 * value).toFixed(1)} %` : significant(value, 3));
  return `${told(middle)} (${told(low)} – ${told(high)})`;
}

function curveFigure(forecast: Forecast, of: CurveOf, sentence: string): Figure {
  const [first, last] = [forecast.points[0]?.rows ?? 1, FARTHEST * of.rows];
  const x = Array.from({ length: LINE }, (_, i) => Math.round(first * (last / first) ** (i / (LINE - 1))));
  const band = x.map((rows) => forecast.at(rows));
  const scale = inShares(of) ? 100 : 1;
  const y = (values: readonly number[]): readonly unknown[] => values.map((value) => short(scale * value));
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
        line: { width: 0, color: color(0) },
        fillcolor: "rgba(63,124,196,0.2)",
      },
      {
        type: "scatter",
        mode: "lines",
        name: "power law",
        x,
        y: y(band.map(({ middle }) => middle)),
        line: { color: color(0), width: 2 },
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
        marker: { color: color(1), size: 7 },
      },
    ],
    layout: {
      title: { text: escapeLabel(`${of.data}: ${sentence}`) },
      height: 340,
      margin: { t: 64, r: 16, b: 44, l: 56 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { title: { text: "rows learnt" }, type: "log" },
      yaxis: { title: { text: escapeLabel(inShares(of) ? `${metricOf(of)}, %` : metricOf(of)) } },
    },
  };
}
