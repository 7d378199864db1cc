/**
 * Compares models derived from one original by cost and score: a table, and plots of score over size and over response
 * time. The Pareto front is joined. Shapes distinguish models in addition to colours.
 */
import { paretoFrontOf } from "../study/front.js";
import { displayOutputOf } from "./bundle.js";
import { roundToSixDigits } from "./curves/line.js";
import { figureView, type Figure, type Trace } from "./figure.js";
import { card, htmlTable, note, type DisplayOutput } from "./html.js";
import { paletteColor } from "./svg/colors.js";
import { figureOfRows, type FigurePanel } from "./sweeps/panels.js";
import { fixedDecimalsText, scoreIntervalText, type IntervalEnds } from "./score-cell.js";
import { clip, compactNumber, escapePlotlyLabel, significantText } from "../host/value-text.js";
import { textTable } from "./text-table.js";

export interface ParetoModel {
  readonly name: string;
  /** The common original, a model of the displayed statement, or one of an earlier statement. */
  readonly is: "original" | "stage" | "earlier";
  /** For example `int8(calibrate: 200)`; empty for the original. */
  readonly made: string;
  readonly parameters: number | null;
  /** Bytes of its weight files; null: unknown. */
  readonly stored: number | null;
  /** Bytes of memory during a prediction. */
  readonly residentBytes: number | null;
  /** Milliseconds per prediction. */
  readonly median: number | null;
  readonly slowest: number | null;
  /**
   * Range of the medians of all rounds; null: it was timed at another time, and differences of a fifth mean nothing.
   */
  readonly spread: IntervalEnds | null;
  /** False if it can't be faster on this machine, so that its time must not count in its favour. */
  readonly quicker: boolean;
  readonly score: { readonly value: number; readonly interval: IntervalEnds | null };
  /** Its score minus the original's, on the same rows; null: unknown. */
  readonly difference: { readonly value: number; readonly interval: IntervalEnds | null } | null;
}
export interface ModelParetoReport {
  readonly metric: string;
  readonly better: "greater" | "less";
  /** For example `tickets.test`, with its number of rows. */
  readonly on: string;
  readonly rows: number;
  readonly models: readonly ParetoModel[];
  readonly notes: readonly string[];
}

const MARKS = ["square", "circle", "triangle-down", "x", "circle-open"] as const;
const FRONT = paletteColor(1);
const EARLIER: Trace = { symbol: "circle-open", color: "#9aa1ad", size: 8, line: { width: 1.5 } };
const ACROSS = [
  { title: "MB of weights", unit: "MB", of: ({ stored }: ParetoModel) => (stored === null ? null : stored / 1e6) },
  { title: "ms per prediction (median)", unit: "ms", of: ({ median }: ParetoModel) => median },
] as const;
const SMALL = ({ stored }: ParetoModel): number | null => stored;
/** Ratio above which values are drawn on a logarithmic axis. */
const FAR = 20;
const NAME = 40;

/** Returns the models that no other beats in both score and cost. Models with an unknown value are excluded. */
function frontBy(options: ModelParetoReport, valueOf: (one: ParetoModel) => number | null): ReadonlySet<ParetoModel> {
  const sign = options.better === "greater" ? 1 : -1;
  const known = options.models.filter((one) => valueOf(one) !== null && Number.isFinite(one.score.value));
  const worths = known.map((one) => [-(valueOf(one) ?? 0), sign * one.score.value]);
  return new Set(paretoFrontOf(worths).map((index) => known[index]!));
}

/**
 * Times within the variation of both models' rounds count as equal; among equally fast models, only the best score is
 * on the front.
 */
function quickest(options: ModelParetoReport): ReadonlySet<ParetoModel> {
  const sign = options.better === "greater" ? 1 : -1;
  const known = options.models.filter((one) => one.quicker && one.median !== null && Number.isFinite(one.score.value));
  const beats = (other: ParetoModel, model: ParetoModel): boolean => {
    const [a, b] = [timeOf(other), timeOf(model)];
    const more = sign * (other.score.value - model.score.value);
    return more >= 0 && a.low <= b.high && (a.high < b.low || more > 0);
  };
  return new Set(known.filter((model) => !known.some((other) => beats(other, model))));
}
const OTHER_TIME = 0.2;
function timeOf({ median, spread }: ParetoModel): IntervalEnds {
  const value = median ?? Number.NaN;
  return spread ?? { low: value * (1 - OTHER_TIME), high: value * (1 + OTHER_TIME) };
}

export function paretoTableView(options: ModelParetoReport, id?: string): DisplayOutput {
  const [small, quick] = [frontBy(options, SMALL), quickest(options)];
  const points = (one: ParetoModel): string =>
    [small.has(one) && "size", quick.has(one) && "time"].filter(Boolean).join(", ");
  const number = (value: number | null, as: (value: number) => string): string => (value === null ? "" : as(value));
  // The deciding columns are first, because a narrow cell shows only these.
  const head = [
    ...["model", options.metric, "change from the original", "front", "on disk", "p50 ms", "p99 ms"],
    ...["in memory", "parameters", "made by"],
  ];
  const rows = options.models.map((one) => [
    ...[clip(one.name, NAME), withEnds(one.score), one.difference ? withEnds(one.difference, true) : "", points(one)],
    ...[number(one.stored, megabytes), number(one.median, threeDigits), number(one.slowest, threeDigits)],
    ...[number(one.residentBytes, megabytes), number(one.parameters, compactNumber), clip(one.made, NAME)],
  ]);
  const align = head.map((_, i): "left" | "right" => (i > 3 && i < 9 ? "right" : "left"));
  const title = `Cost and quality on ${options.on} (${String(options.rows)} rows)`;
  const notes = [FRONTS, ...outgrown(options), ...options.notes];
  return displayOutputOf(
    [title, textTable(head, rows, align), ...notes].join("\n"),
    card(
      title,
      htmlTable({ head, rows, align }),
      notes.map((one) => note(one)),
    ),
    {},
    id,
  );
}
const FRONTS =
  "front: no other model scores as well and is smaller (size) or as fast (time; models take turns, and differences smaller than the noise count as equal). Intervals are 95 %.";

/** Reports a model that is clearly better than its original, which was then a poor teacher and may go unnoticed. */
function outgrown({ models, better }: ModelParetoReport): readonly string[] {
  const names = models.flatMap(({ is, name, difference }) => {
    const ends = is === "stage" ? difference?.interval : null;
    return ends && (better === "greater" ? ends.low > 0 : ends.high < 0) ? [clip(name, NAME)] : [];
  });
  if (names.length === 0) return [];
  const original = models.find(({ is }) => is === "original")?.name ?? "the original";
  return [
    `${names.join(", ")} ${names.length === 1 ? "scores" : "score"} better than ${clip(original, NAME)}: a model trained longer, or on more rows, is a better teacher.`,
  ];
}

/** Formats sizes as `size` and `memory` do. */
const megabytes = (value: number): string => `${significantText(value / 1e6, 3)} MB`;

const threeDigits = (value: number): string => significantText(value, 3);
function withEnds(
  { value, interval }: { readonly value: number; readonly interval: IntervalEnds | null },
  signed = false,
): string {
  if (!Number.isFinite(value)) return "";
  const valueText = `${signed && value > 0 ? "+" : ""}${fixedDecimalsText(value)}`;
  return interval ? `${valueText} (${scoreIntervalText(interval)})` : valueText;
}

/** Returns null if the cost of fewer than two models is known. */
export function paretoFigure(options: ModelParetoReport): Figure | null {
  const panels = ACROSS.flatMap((across): FigurePanel[] => {
    const placed = options.models.flatMap((one) => {
      const x = across.of(one);
      return x !== null && x > 0 && Number.isFinite(one.score.value) ? [{ one, x }] : [];
    });
    return placed.length > 1 ? [panelOf(options, across, placed)] : [];
  });
  // Both plots share one legend.
  const drawnPanels = panels.map((panel, i) =>
    i === 0 ? panel : { ...panel, traces: panel.traces.map((trace) => ({ ...trace, showlegend: false })) },
  );
  return panels.length === 0
    ? null
    : figureOfRows([{ panels: drawnPanels, height: 260 }], {
        title: `${options.metric} and cost`,
        subtitle: `on ${options.on}`,
      });
}
export function paretoFigureView(options: ModelParetoReport, id?: string): DisplayOutput | null {
  const figure = paretoFigure(options);
  // A terminal shows the table.
  return figure && { ...figureView(figure), ...(id !== undefined && { id }) };
}

interface Placed {
  readonly one: ParetoModel;
  readonly x: number;
}
function panelOf(
  options: ModelParetoReport,
  { title, unit, of: valueOf }: (typeof ACROSS)[number],
  placed: readonly Placed[],
): FigurePanel {
  const front = valueOf === ACROSS[1].of ? quickest(options) : frontBy(options, valueOf);
  const along = placed.filter(({ one }) => front.has(one)).sort((a, b) => a.x - b.x);
  const currentModels = placed.filter(({ one }) => one.is !== "earlier");
  const earlier = placed.filter(({ one }) => one.is === "earlier");
  const xs = placed.map(({ x }) => x);
  const far = Math.max(...xs) / Math.min(...xs) > FAR;
  const line: Trace = {
    type: "scatter",
    mode: "lines",
    name: "none beats it",
    showlegend: true,
    hoverinfo: "skip",
    x: along.map(({ x }) => roundToSixDigits(x)),
    y: along.map(({ one }) => roundToSixDigits(one.score.value)),
    line: { color: FRONT, width: 1.5, shape: "hv" },
  };
  return {
    traces: [
      ...(along.length > 1 ? [line] : []),
      ...(earlier.length > 0 ? [points(earlier, "made before", EARLIER, options, unit)] : []),
      ...currentModels.map(({ one, x }) => points([{ one, x }], one.name, markOf(options, one), options, unit)),
    ],
    xaxis: { title: { text: `${title} (fewer are better)` }, ...(far && { type: "log" }) },
    yaxis: {
      range: rangeOf(placed),
      title: {
        text: escapePlotlyLabel(
          `${clip(options.metric, 24)} (${options.better === "greater" ? "higher" : "lower"} is better)`,
        ),
      },
    },
  };
}

/** Includes space for intervals. */
function rangeOf(placed: readonly Placed[]): readonly [number, number] {
  const ends = placed.flatMap(({ one: { score } }) => [
    score.interval?.low ?? score.value,
    score.interval?.high ?? score.value,
  ]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = 0.06 * (high - low || 1);
  return [low - room, high + room];
}

/** Chosen by the model's index in the statement, so that both plots use the same mark. */
function markOf({ models }: ModelParetoReport, one: ParetoModel): Trace {
  const modelIndex = models.filter(({ is }) => is !== "earlier").indexOf(one);
  // The second palette colour is the front's.
  return {
    symbol: MARKS[modelIndex % MARKS.length],
    color: paletteColor(modelIndex === 0 ? 0 : modelIndex + 1),
    size: 10,
    line: { width: 2 },
  };
}

function points(
  placed: readonly Placed[],
  name: string,
  marker: Trace,
  options: ModelParetoReport,
  unit: string,
): Trace {
  const spread = placed.map(({ one: { score } }) => score.interval);
  return {
    type: "scatter",
    mode: "markers",
    name: escapePlotlyLabel(clip(name, NAME)),
    showlegend: true,
    marker,
    x: placed.map(({ x }) => roundToSixDigits(x)),
    y: placed.map(({ one }) => roundToSixDigits(one.score.value)),
    ...(spread.every((ends) => ends !== null) && {
      error_y: {
        type: "data",
        symmetric: false,
        thickness: 1,
        width: 0,
        array: placed.map(({ one: { score } }, i) => roundToSixDigits((spread[i]?.high ?? score.value) - score.value)),
        arrayminus: placed.map(({ one: { score } }, i) =>
          roundToSixDigits(score.value - (spread[i]?.low ?? score.value)),
        ),
      },
    }),
    text: placed.map(({ one, x }) =>
      [
        clip(one.name, NAME),
        clip(one.made, NAME),
        `${options.metric} ${fixedDecimalsText(one.score.value)}`,
        `${significantText(x, 3)} ${unit}`,
      ]
        .filter((part) => part !== "")
        .map(escapePlotlyLabel)
        .join("<br>"),
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}
