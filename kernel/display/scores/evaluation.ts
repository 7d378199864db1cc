/** What `evaluate` and `predict` show: scores side by side, the confusion matrix as a heat map, the worst mistakes, predictions. */
import { numberText as number } from "#stdlib/text/numbers.js";
import { confusionView } from "./confusion.js";
import { card, heading, html, htmlTable, inkStyle, note, toneColors, type Html } from "../html.js";
import { labelScoresView, type LabelScoresReport } from "./labels-table.js";
import { displayOutputOf } from "../bundle.js";
import { fixedText, withUnitText } from "../score-cell.js";
import { scoreTables, type CostRow, type MetricRow, type ScoreEntry } from "./score-tables.js";
import { evaluationPicturesView, type EvaluationPictures } from "./pictures.js";
import type { DisplayOutput } from "../bundle-output.js";
import { tableView } from "../table.js";
import { clip, oneLine, formatPercent, plural } from "../../host/text.js";
import { outcomeLine } from "../outcome.js";
import { textTable } from "../text-table.js";
import { uncertainRowsView, type UncertainRow } from "./uncertain.js";

export interface EvaluationReport {
  /** What was scored: `tickets.test`. */
  readonly on: string;
  readonly rows: number;
  readonly metrics: readonly MetricRow[];
  /** Answers that never change; `by`: which rows say so. */
  readonly constants: readonly { readonly name: string; readonly by: string }[];
  /** Was it worth it, in a sentence; absent: nothing stands beside the model. */
  readonly verdict?: string | null;
  /** What each of `models` takes; absent: nothing is told. */
  readonly costs?: readonly CostRow[];
  /** How intervals were made. */
  readonly methods: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly models: readonly ModelReport[];
  /** Null, or absent: nothing that can be drawn. */
  readonly pictures?: EvaluationPictures | null;
}
export interface ModelReport {
  readonly name: string;
  readonly labels: readonly string[];
  /** Counts: rows are the truth, columns what was predicted, both in the order of `labels`. Empty: none. */
  readonly confusion: readonly (readonly number[])[];
  readonly byLabel?: LabelScoresReport;
  /** Surest mistakes first; `row` counts from 1 in the source. */
  readonly worst: readonly {
    readonly row: number;
    readonly text: string;
    readonly truth: string;
    readonly predicted: string;
    readonly probability: number;
  }[];
  /** What `probability` of the worst is; absent: that. */
  readonly worstBy?: "probability" | "error";
  /** The least sure first. */
  readonly uncertain?: readonly UncertainRow[];
}

/** To be shown one after another: the scores of all models, pictures of them, then of each its labels, confusion matrix, worst and most uncertain examples. */
export function evaluationView(report: EvaluationReport): readonly DisplayOutput[] {
  const suffixOf = (name: string): string => (report.models.length > 1 ? `: ${name}` : "");
  return [
    scoresShown(report),
    ...(report.pictures ? [evaluationPicturesView(report.pictures)] : []),
    ...report.models.flatMap((model) => [
      ...(model.byLabel && model.byLabel.rows.length > 0 ? [labelScoresView(model.byLabel, suffixOf(model.name))] : []),
      ...confusionView(model.labels, model.confusion, { suffix: suffixOf(model.name), several: model.byLabel?.of[1] }),
      ...(model.worst.length > 0 ? [worstShown(model, suffixOf(model.name))] : []),
      ...(model.uncertain && model.uncertain.length > 0
        ? [uncertainRowsView(model.uncertain, suffixOf(model.name))]
        : []),
    ]),
  ];
}

function scoresShown(report: EvaluationReport): DisplayOutput {
  const { on, rows, constants, verdict = null, methods, warnings, notes } = report;
  const tables = scoreTables(report);
  const words = [
    `${plural(rows, "row")}${methods && ` · intervals of 95 %: ${methods}`}`,
    ...constants.map((one, i) => constantNote(one, report.metrics, i)),
    ...notes,
  ];
  const outcome = outcomeOf(report);
  return displayOutputOf(
    [
      outcome.join(" · "),
      "",
      `Evaluation on ${on}`,
      tables
        .map(({ head, cells, align }) =>
          textTable(
            head,
            cells.map((row) => row.map(({ text }) => text)),
            align,
          ),
        )
        .join("\n\n"),
      ...(verdict === null ? [] : [verdict]),
      ...warnings.map((warning) => `warning: ${warning}`),
      ...words,
    ].join("\n"),
    card(
      null,
      outcomeLine(outcome),
      heading(`Evaluation on ${on}`),
      tables.map(({ head, cells, align }) =>
        htmlTable({
          head: head.map((name) => html`${name}`),
          rows: cells.map((row) => row.map(({ shown }) => shown)),
          align,
        }),
      ),
      verdict === null ? [] : html`<div style="margin:2px 0 6px">${verdict}</div>`,
      warnings.map((warning) => warned(warning)),
      words.map((line) => note(line)),
    ),
  );
}

/** Of several metrics each may have a best one of its own: then each is told of those that it is the best by. */
function constantNote(
  { name, by }: EvaluationReport["constants"][number],
  metrics: readonly MetricRow[],
  i: number,
): string {
  const bests = new Map<string, string[]>();
  for (const { name: metric, constants, constantsBy } of metrics) {
    if ((constants[i] ?? null) === null) continue;
    const answer = constantsBy?.[i] ?? name;
    bests.set(answer, [...(bests.get(answer) ?? []), metric]);
  }
  const [[only = name] = [], ...others] = bests;
  if (others.length === 0) return `${only}: the best answer that never changes, by ${by}`;
  const each = [...bests].map(([answer, metricNames]) => `${answer} (for ${metricNames.join(", ")})`);
  return `the best answers that never change, by ${by}: ${each.join("; ")}`;
}

/** The first metric of each model and of what never changes, then the other metrics of a model that stands alone. */
function outcomeOf({ on, rows, metrics, models, constants }: EvaluationReport): readonly string[] {
  const [first, ...others] = metrics;
  const number = (score: ScoreEntry | null | undefined, unit?: string): string =>
    score ? withUnitText(score.value, unit) : "–";
  const [model, ...beside] = models;
  const several = beside.length > 0;
  const named = (name: string, score: ScoreEntry | null | undefined, unit?: string): string =>
    `${name} ${number(score, unit)}`;
  return [
    ...(first && model
      ? [
          several
            ? `${first.name}: ${named(model.name, first.scores[0], first.unit)}`
            : named(first.name, first.scores[0], first.unit),
          ...beside.map(({ name }, i) => named(name, first.scores[i + 1], first.unit)),
          ...constants.flatMap(({ name }, i) => {
            const value = first.constants[i] ?? null;
            return value === null ? [] : [`${first.constantsBy?.[i] ?? name} ${fixedText(value)}`];
          }),
        ]
      : []),
    ...(several ? [] : others.slice(0, 2).map(({ name, scores, unit }) => named(name, scores[0], unit))),
    `${plural(rows, "row")} of ${on}`,
  ];
}

function warned(text: string): Html {
  return html`<div style="margin:2px 0 6px">
    <b style="font-weight:600;${inkStyle(toneColors.warn)}">warning</b> ${text}
  </div>`;
}

function worstShown({ worst, worstBy = "probability" }: ModelReport, suffix: string): DisplayOutput {
  const by = (value: number): string => {
    if (Number.isNaN(value)) return "not told";
    return worstBy === "probability" ? formatPercent(value) : number(value);
  };
  const caption = worstBy === "probability" ? "surest mistakes first" : "greatest errors first";
  return tableView(
    ["row", "truth", "predicted", worstBy, "text"],
    worst.map((w) => [
      w.row,
      clip(w.truth, 120),
      clip(w.predicted, 120),
      by(w.probability),
      clip(oneLine(w.text), 240),
    ]),
    { title: `Worst examples${suffix}`, caption, limit: 50 },
  );
}

export interface PredictionRow {
  readonly text: string;
  /** What the model says of it, beside the heads of the columns. */
  readonly cells: readonly string[];
}

export function predictionsView(
  columns: readonly string[],
  rows: readonly PredictionRow[],
  { limit = 20 }: { readonly limit?: number } = {},
): DisplayOutput {
  return tableView(
    ["text", ...columns],
    rows.map((r) => [clip(oneLine(r.text), 160), ...r.cells.map((cell) => clip(oneLine(cell), 240))]),
    { title: "Predictions", limit },
  );
}
