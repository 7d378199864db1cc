/**
 * Scores of slices with their intervals, and the differences between slices. The table has one row per slice, metric
 * and model, so that its width does not depend on the number of metrics.
 */
import { displayOutputOf } from "../bundle.js";
import { clipDistinct } from "../clip-differences.js";
import {
  card,
  html,
  htmlTable,
  note,
  type ColumnAlignment,
  type Html,
  type HtmlPart,
  type DisplayOutput,
} from "../html.js";
import { fixedDecimalsText, plainCell, scoreIntervalText, type ScoreCell, type IntervalEnds } from "../score-cell.js";
import { scoreBarOf, barScaleOf } from "./slice-bars.js";
import { groupedNumber } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

interface SliceScore {
  readonly value: number;
  readonly interval: IntervalEnds | null;
}
/** The greatest slice score minus the smallest, by one metric of one model. */
export interface SliceDifference extends SliceScore {
  readonly model: number;
  readonly metric: number;
  readonly greatest: string;
  readonly least: string;
  readonly verdict: "differs" | "no difference shown" | null;
  /** A slice without an interval, so that the difference has none. */
  readonly without?: string;
}
export interface SlicesReport {
  /** Column that defines the slices: `language`. */
  readonly by: string;
  readonly on: string;
  readonly models: readonly string[];
  readonly metrics: readonly string[];
  readonly slices: readonly {
    readonly name: string;
    readonly rows: number;
    /** Per model, in the order of `metrics`; null: too few rows. */
    readonly scores: readonly (readonly (SliceScore | null)[])[] | null;
  }[];
  /** Defaults to none. */
  readonly differences?: readonly SliceDifference[];
  /** Methods of the intervals. */
  readonly methods: string;
  readonly notes: readonly string[];
}

interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly ScoreCell[])[];
  readonly align: readonly ColumnAlignment[];
  /** The last column contains only pictures, which text output omits. */
  readonly pictured?: boolean;
}

/** Number of rows above which the table scrolls. */
const TALL = 24;
/** Maximum code points of a slice's name. */
const NAME = 60;

export function slicesView(report: SlicesReport): DisplayOutput {
  const { by, on, methods, notes } = report;
  const tables = [scoresIn(report), ...differencesIn(report)];
  const title = `By ${by}: ${on}`;
  const words = [...(methods ? [`intervals of 95 %: ${methods}`] : []), ...notes];
  return displayOutputOf(
    [title, ...tables.map(tableText), ...words].join("\n"),
    card(
      title,
      tables.map(tableShown),
      words.map((line) => note(line)),
    ),
  );
}

function tableText({ head, rows, align, pictured = false }: Table): string {
  const written = head.length - (pictured ? 1 : 0);
  return textTable(
    head.slice(0, written),
    rows.map((row) => row.slice(0, written).map(({ text }) => text)),
    align,
  );
}
function tableShown({ head, rows, align }: Table): Html {
  const table = htmlTable({ head, rows: rows.map((row) => row.map(({ shown }) => shown)), align });
  return rows.length > TALL ? html`<div style="max-height:560px;overflow:auto">${table}</div>` : table;
}

function scoresIn({ by, models, metrics, slices }: SlicesReport): Table {
  const several = models.length > 1;
  const names = clipDistinct(
    slices.map(({ name }) => name),
    NAME,
  );
  const bars = metrics.map((_, metric) =>
    barScaleOf(slices.flatMap(({ scores }) => scores?.map((modelScores) => modelScores[metric]) ?? [])),
  );
  const barred = slices.filter(({ scores }) => scores).length > 1 && bars.some((scale) => scale !== null);
  const shares = bars.every((scale) => scale === null || (scale.low === 0 && scale.high === 1));
  const head = [
    by,
    "rows",
    "metric",
    ...(several ? ["model"] : []),
    "value",
    "95 %",
    ...(barred ? [shares ? "0 to 1" : ""] : []),
  ];
  const rows = slices.flatMap(({ rows: all, scores }, s): readonly (readonly ScoreCell[])[] => {
    const sliceCells = [wrapped(names[s] ?? ""), plainCell(groupedNumber(all))];
    if (!scores) return [[...sliceCells, plainCell("too few rows"), ...head.slice(3).map(() => plainCell(""))]];
    return metrics.flatMap((metric, m) =>
      models.map((model, i): readonly ScoreCell[] => {
        const score = scores[i]?.[m] ?? null;
        const scale = bars[m];
        return [
          ...(m + i === 0 ? sliceCells : [plainCell(""), plainCell("")]),
          i === 0 ? wrapped(metric) : plainCell(""),
          ...(several ? [wrapped(model)] : []),
          ...valueCells(score),
          ...(barred ? [picture(score && scale ? scoreBarOf(score, model, scale, i) : "")] : []),
        ];
      }),
    );
  });
  const right: readonly string[] = ["rows", "value", "95 %"];
  const align = head.map((name, i): ColumnAlignment => (i > 0 && right.includes(name) ? "right" : "left"));
  return { head, rows, align, pictured: barred };
}

function differencesIn({ models, metrics, differences = [] }: SlicesReport): readonly Table[] {
  if (differences.length === 0) return [];
  const several = models.length > 1;
  const head = ["difference of", ...(several ? ["model"] : []), "parts", "value", "95 %", ""];
  const rows = differences.map(({ metric, model, greatest, least, value, interval, verdict, without }) => {
    const [first = "", second = ""] = clipDistinct([greatest, least], NAME);
    return [
      wrapped(metrics[metric] ?? ""),
      ...(several ? [wrapped(models[model] ?? "")] : []),
      wrapped(`${first} minus ${second}`),
      ...valueCells({ value, interval }),
      wrapped(verdict ?? (without === undefined ? "" : `${without} has no interval`)),
    ];
  });
  const before: readonly ColumnAlignment[] = head.slice(0, -3).map(() => "left");
  return [{ head, rows, align: [...before, "right", "right", "left"] }];
}

function valueCells(score: SliceScore | null): readonly ScoreCell[] {
  if (!score || Number.isNaN(score.value)) return [plainCell("–"), plainCell("")];
  return [
    plainCell(fixedDecimalsText(score.value)),
    plainCell(score.interval ? scoreIntervalText(score.interval) : ""),
  ];
}
/** A long name may break anywhere, so that it does not widen the table; names of metrics and models are not broken. */
const UNBROKEN = 24;
function wrapped(text: string): ScoreCell {
  const breaks = text.split(" ").some((word) => word.length > UNBROKEN);
  return { text, shown: breaks ? html`<span style="overflow-wrap:anywhere">${text}</span>` : html`${text}` };
}
function picture(shown: HtmlPart): ScoreCell {
  return { text: "", shown: html`${shown}` };
}
