/**
 * A run's curves from its events: one figure, redrawn and updated in place during training, and a table at its end.
 */
import { usualMetricOfVocabulary } from "#dsl/compiler/plan/watched-metric.js";
import { metricName, metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import type { RunEvent } from "#kernel/events/events.js";
import { figureView, type Figure, type Trace } from "../figure.js";
import { type DisplayOutput, OUTPUT_WIDTH } from "../html.js";
import { roundToSixDigits, smoothCurve } from "./line.js";
import { learningRateAndNormFigure } from "./rate-curves.js";
import { epsilonSpent, epsilonText, epsilonTraces } from "./time-spent.js";
import { fixedDecimalsText as scoreDigits } from "../score-cell.js";
import { paletteColor } from "../svg/colors.js";
import { tableView } from "../table.js";
import { durationText, escapePlotlyLabel, plural, significantText } from "../../host/value-text.js";
import { finiteNumber } from "../../events/finite.js";

type Step = Extract<RunEvent, { kind: "step" }>;

/** Unit of a step: an update, or a federated round, which has no epoch. */
const stepOf = (events: readonly RunEvent[]): "step" | "round" =>
  events.some(({ kind }) => kind === "round") ? "round" : "step";
type Evaluated = Extract<RunEvent, { kind: "evaluated" }>;

export interface CurvesOptions {
  readonly title?: string;
  /** Whether validation will follow: space for its metrics is reserved from the first draw. */
  readonly validates?: boolean;
}

/** The curves, the learning rate and gradient norm if a step was taken, and the table. */
export function trainingCurves(events: readonly RunEvent[], options: CurvesOptions): readonly DisplayOutput[] {
  const rates = learningRateAndNormFigure(events);
  return [figureView(curvesFigure(events, options)), ...(rates ? [figureView(rates)] : []), historyTable(events)];
}

/** Left: training loss, raw (faint) and smoothed, and validation loss. Right: the other validation metrics. */
export function curvesFigure(events: readonly RunEvent[], { title, validates }: CurvesOptions = {}): Figure {
  const steps = events.filter((e): e is Step => e.kind === "step");
  const evaluations = events.filter((e): e is Evaluated => e.kind === "evaluated");
  const total = events.findLast((e) => e.kind === "started")?.steps;
  const metricNames = [...new Set(evaluations.flatMap((e) => Object.keys(e.metrics)))];
  const names = metricNames.filter((name) => !isBesideLoss(name));
  const two = names.length > 0 || (validates ?? false);
  const best = bestOf(events);
  const spent = epsilonTraces(steps);
  const marked = best ? bestMark(evaluations, best) : [];
  const data: Trace[] = [
    ...lossTraces(steps, stepOf(events)),
    ...metricTraces(evaluations, metricNames.filter(isBesideLoss), { xaxis: "x", yaxis: "y" }, 1),
    ...metricTraces(evaluations, names, { xaxis: "x2", yaxis: "y2" }, 2),
    ...marked,
    ...spent.traces,
  ];
  const xaxis = {
    title: { text: stepOf(events) },
    ...(total === undefined ? { rangemode: "tozero" } : { range: [0, Math.max(1, total * 1.02)] }),
  };
  const top = legendHeight(data) + (title === undefined ? 0 : TITLE);
  return {
    data,
    layout: {
      // The title is at the top of the figure, because the legend below it may take several lines.
      ...(title === undefined
        ? {}
        : { title: { text: escapePlotlyLabel(title), y: 1, yref: "container", yanchor: "top", pad: { t: 6 } } }),
      height: 240 + top,
      margin: { t: top, r: 16, b: 44, l: 56 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      hovermode: "x unified",
      uirevision: "live",
      xaxis: { ...xaxis, domain: two ? [0, spent.traces.length > 0 ? 0.38 : 0.46] : [0, 1], anchor: "y" },
      yaxis: { title: { text: "loss" }, rangemode: "tozero" },
      ...spent.layout,
      ...(two
        ? {
            xaxis2: { ...xaxis, domain: [spent.traces.length > 0 ? 0.6 : 0.56, 1], anchor: "y2" },
            yaxis2: {
              title: { text: names.length === 1 ? escapePlotlyLabel(`validation ${names[0]!}`) : "validation" },
              anchor: "x2",
              ...rangeOf(evaluations, names),
            },
          }
        : {}),
    },
  };
}

/** Pixels of a title, a legend line, a letter in it, and an entry's mark and gap. */
const [TITLE, LINE, LETTER, MARK] = [30, 20, 6.6, 60];

/** Follows plotly's layout: one line if all entries fit, else columns as wide as the longest entry. */
function legendHeight(traces: readonly Trace[]): number {
  const names = traces.flatMap(({ name, showlegend }) =>
    typeof name === "string" && showlegend !== false ? [name.length] : [],
  );
  const room = OUTPUT_WIDTH - 72;
  const inLine = names.reduce((sum, letters) => sum + MARK + LETTER * letters, 0) <= room;
  const columns = inLine ? names.length : Math.max(1, Math.floor(room / (MARK + LETTER * Math.max(1, ...names))));
  return 16 + LINE * Math.max(1, Math.ceil(names.length / Math.max(1, columns)));
}

function isBesideLoss(name: string): boolean {
  return metricCapabilities(name, registry)?.besideLoss === true;
}

function lossTraces(steps: readonly Step[], unit: string): Trace[] {
  const x = steps.map((e) => e.step);
  const y = steps.map((e) => finiteNumber(e.loss));
  const smooth = smoothCurve(y);
  const raw: Trace = {
    type: "scatter",
    mode: "lines",
    name: `loss of each ${unit}`,
    x,
    y: y.map(roundToSixDigits),
    opacity: 0.45,
    line: { color: paletteColor(0), width: 1 },
    hoverinfo: "skip",
  };
  return [
    raw,
    {
      type: "scatter",
      mode: "lines",
      name: "training loss",
      x,
      y: smooth.map(roundToSixDigits),
      line: { color: paletteColor(0), width: 2 },
      hovertemplate: "%{y:.4f}",
    },
  ];
}

function metricTraces(evaluations: readonly Evaluated[], names: readonly string[], axes: Trace, from: number): Trace[] {
  const splits = [...new Set(evaluations.map((e) => e.split))];
  return splits
    .flatMap((split) =>
      names.map((name) => ({ split, name, on: evaluations.filter((e) => e.split === split && name in e.metrics) })),
    )
    .filter(({ on }) => on.length > 0)
    .map(({ split, name, on }, i) => ({
      type: "scatter",
      mode: "lines+markers",
      name: escapePlotlyLabel(`${split} ${name}`),
      ...axes,
      x: on.map((e) => e.step),
      y: on.map((e) => roundToSixDigits(finiteNumber(e.metrics[name]))),
      line: { color: paletteColor(from + i), width: 2 },
      marker: { size: 6 },
      hovertemplate: "%{y:.4f}",
    }));
}

interface Best {
  readonly step: number;
  /** The metric that selects the best checkpoint; missing in old logs. */
  readonly by: string;
}
function bestOf(events: readonly RunEvent[]): Best | null {
  const best = events.findLast((e) => e.kind === "checkpoint" && e.best);
  return best?.kind === "checkpoint"
    ? { step: best.step, by: best.by ?? metricName(usualMetricOfVocabulary(registry), registry) }
    : null;
}

/** If values are nearly equal, the axis shows their magnitude instead of their last digits. */
function rangeOf(evaluations: readonly Evaluated[], names: readonly string[]): Trace {
  const values = evaluations
    .flatMap((e) => names.map((name) => finiteNumber(e.metrics[name])))
    .filter((v) => v !== null);
  if (values.length === 0) return {};
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 0.001 * size) return {};
  const around = size === 0 ? 0.5 : 0.1 * size;
  return { range: [roundToSixDigits(low - around), roundToSixDigits(high + around)] };
}

/** Marks the best checkpoint's evaluation so far, on the curve of the metric that selects it. */
function bestMark(evaluations: readonly Evaluated[], { step, by }: Best): Trace[] {
  const evaluation = evaluations.find((e) => e.step === step);
  const value = evaluation && roundToSixDigits(finiteNumber(evaluation.metrics[by]));
  if (value === undefined || value === null) return [];
  const axes = isBesideLoss(by) ? { xaxis: "x", yaxis: "y" } : { xaxis: "x2", yaxis: "y2" };
  return [
    {
      type: "scatter",
      mode: "markers",
      name: "best",
      ...axes,
      x: [step],
      y: [value],
      marker: { size: 13, symbol: "circle-open", color: paletteColor(3), line: { width: 2 } },
      hoverinfo: "skip",
    },
  ];
}

/** Returns the result of a run as the end of a sentence: the scores of the saved weights, and their step. */
export function savedScoreWords(
  events: readonly RunEvent[],
  { keepsLast = false }: { readonly keepsLast?: boolean } = {},
): readonly string[] {
  const evaluations = events.filter((e): e is Evaluated => e.kind === "evaluated");
  const best = bestOf(events);
  const finalEvaluation = best && !keepsLast ? evaluations.find((e) => e.step === best.step) : evaluations.at(-1);
  if (!finalEvaluation) return [];
  const first = best && best.by in finalEvaluation.metrics ? [best.by] : [];
  const names = [
    ...new Set([...first, ...Object.keys(finalEvaluation.metrics).filter((name) => !isBesideLoss(name))]),
  ].slice(0, 2);
  const scores = names.map((name) => `${finalEvaluation.split} ${name} ${scoreText(finalEvaluation.metrics[name])}`);
  const epoch = events.findLast((e): e is Step => e.kind === "step" && e.step <= finalEvaluation.step)?.epoch;
  const unit = stepOf(events);
  if (!best) return scores;
  const later = keepsLast && best.step < finalEvaluation.step;
  const where = `best at ${unit} ${String(best.step)}${epoch === undefined || later || unit === "round" ? "" : `, epoch ${String(epoch)}`}`;
  return [...scores, later ? `of ${unit} ${String(finalEvaluation.step)}, the selected one; ${where}` : where];
}

/** Text of the figure in a terminal: the latest numbers. */
export function latestCurveNumbersText(events: readonly RunEvent[]): string {
  const step = events.findLast((e) => e.kind === "step");
  const evaluated = events.findLast((e) => e.kind === "evaluated");
  const metrics = evaluated
    ? Object.entries(evaluated.metrics).map(([name, value]) => `${evaluated.split} ${name} ${number(value)}`)
    : [];
  const unit = stepOf(events);
  const spent = epsilonSpent(events);
  return [
    step ? `${unit} ${String(step.step)}: loss ${number(step.loss)}` : `no ${unit} yet`,
    ...(spent === null ? [] : [epsilonText(spent)]),
    ...metrics,
  ].join(", ");
}

/** Returns a table with one row per evaluation (per epoch without evaluations), and how the run ended. */
export function historyTable(events: readonly RunEvent[]): DisplayOutput {
  const steps = events.filter((e): e is Step => e.kind === "step");
  const evaluations = events.filter((e): e is Evaluated => e.kind === "evaluated");
  const names = [...new Set(evaluations.flatMap((e) => Object.keys(e.metrics).map((name) => `${e.split} ${name}`)))];
  const best = bestOf(events);
  const bestStep = best?.step ?? null;
  const unit = stepOf(events);
  const isPrivate = epsilonSpent(events) !== null;
  const ends = evaluations.length > 0 ? [...new Set(evaluations.map((e) => e.step))] : epochEnds(steps);
  const rows = ends.map((end, i) => {
    const since = i === 0 ? 0 : (ends[i - 1] ?? 0);
    const part = steps.filter((e) => e.step > since && e.step <= end);
    const metrics = evaluations
      .filter((e) => e.step === end)
      .flatMap((e) => Object.entries(e.metrics).map(([name, value]) => [`${e.split} ${name}`, value] as const));
    const found = new Map<string, number>(metrics);
    return [
      end,
      ...(unit === "step" ? [part.at(-1)?.epoch ?? ""] : []),
      meanLoss(part),
      ...(isPrivate ? [spentUntil(steps, end)] : []),
      ...names.map((name) => fixed(found.get(name))),
      ...(bestStep === null ? [] : [end === bestStep ? "best" : ""]),
    ];
  });
  const heads = [
    ...(unit === "step" ? ["step", "epoch"] : ["round"]),
    "training loss",
    ...(isPrivate ? ["ε spent"] : []),
  ];
  return tableView([...heads, ...names, ...(bestStep === null ? [] : [""])], rows, {
    title: "History",
    limit: 100,
    caption: [ending(events, steps), best ? `${unit} ${String(best.step)} is the best by validation ${best.by}` : ""]
      .filter(Boolean)
      .join(" · "),
  });
}

function spentUntil(steps: readonly Step[], end: number): string {
  const spent = epsilonSpent(steps.filter((e) => e.step <= end));
  return spent === null ? "" : epsilonText(spent).replace(/^ε /, "");
}

function epochEnds(steps: readonly Step[]): number[] {
  return steps.filter((e, i) => steps[i + 1]?.epoch !== e.epoch).map((e) => e.step);
}

function meanLoss(steps: readonly Step[]): string {
  const tokens = steps.reduce((sum, e) => sum + e.tokens, 0);
  return tokens === 0 ? "" : fixed(steps.reduce((sum, e) => sum + Number(e.loss) * e.tokens, 0) / tokens);
}

function fixed(value: unknown): string {
  return value === undefined ? "" : finiteNumber(value) === null ? String(value) : (value as number).toFixed(4);
}

function scoreText(value: unknown): string {
  return finiteNumber(value) === null ? String(value) : scoreDigits(value as number);
}

function number(value: unknown): string {
  return finiteNumber(value) === null ? String(value) : significantText(value as number, 4);
}

function ending(events: readonly RunEvent[], steps: readonly Step[]): string {
  const stop = events.findLast((e) => e.kind === "stopped");
  const started = events.findLast((e) => e.kind === "started");
  const seconds = steps.reduce((sum, e) => sum + e.seconds, 0);
  const tokens = steps.reduce((sum, e) => sum + e.tokens, 0);
  const speed = seconds > 0 ? `${Math.round(tokens / seconds).toLocaleString("en-US")} tokens/s` : "";
  const how = { done: "finished", early: "stopped early", interrupted: "interrupted", failed: "failed" } as const;
  return [
    stop
      ? `${how[stop.reason]} after ${plural(stop.step, stepOf(events))} and ${durationText(stop.seconds)}`
      : plural(steps.length, stepOf(events)),
    speed,
    started?.resumedFrom === undefined ? "" : `resumed from ${stepOf(events)} ${String(started.resumedFrom)}`,
    started ? `engine ${started.engine}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
