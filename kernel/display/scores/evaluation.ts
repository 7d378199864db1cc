/**
 * The output of `evaluate` and `predict`: scores in columns, the confusion matrix as a heat map, the worst errors,
 * predictions.
 */
import { numberText as number } from "#stdlib/text/numbers.js";
import { confusionView } from "./confusion.js";
import {
  card,
  heading,
  html,
  htmlTable,
  readableColorStyle,
  note,
  toneColors,
  type Html,
  type DisplayOutput,
} from "../html.js";
import { labelScoresView, type LabelScoresReport } from "./labels-table.js";
import { displayOutputOf } from "../bundle.js";
import { fixedDecimalsText, formatValueWithUnit } from "../score-cell.js";
import { scoreTables, type CostRow, type MetricRow, type ScoreEntry } from "./score-tables.js";
import { evaluationPicturesView, type EvaluationPictures } from "./pictures.js";
import { tableView } from "../table.js";
import { clip, oneLine, formatPercent, plural } from "../../host/value-text.js";
import { outcomeLine } from "../outcome.js";
import { textTable } from "../text-table.js";
import { uncertainRowsView, type UncertainRow } from "./uncertain.js";

export interface EvaluationReport {
  /** The evaluated rows: `tickets.test`. */
  readonly on: string;
  readonly rows: number;
  readonly metrics: readonly MetricRow[];
  /** Constant predictions as baselines; `by`: rows that determine them. */
  readonly constants: readonly { readonly name: string; readonly by: string }[];
  /** Sentence on whether the model beats its baselines; absent: there are none. */
  readonly verdict?: string | null;
  /** Cost of each of `models`; absent: unknown. */
  readonly costs?: readonly CostRow[];
  /** Methods of the intervals. */
  readonly methods: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly models: readonly ModelReport[];
  /** Null or absent if nothing can be drawn. */
  readonly pictures?: EvaluationPictures | null;
}
export interface ModelReport {
  readonly name: string;
  readonly labels: readonly string[];
  /** Counts: rows are true labels, columns predictions, both in the order of `labels`. Empty: none. */
  readonly confusion: readonly (readonly number[])[];
  readonly byLabel?: LabelScoresReport;
  /** The most confident errors first; `row` counts from 1 in the source. */
  readonly worst: readonly {
    readonly row: number;
    readonly text: string;
    readonly truth: string;
    readonly predicted: string;
    readonly probability: number;
  }[];
  /** Meaning of `probability` in `worst`. Defaults to `probability`. */
  readonly worstBy?: "probability" | "error";
  readonly uncertain?: readonly UncertainRow[];
}

/**
 * Returns the outputs in order: scores of all models, plots, then each model's labels, confusion matrix, worst and most
 * uncertain examples.
 */
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

/** Metrics may have different best constants: each is then listed with its metrics. */
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
  if (others.length === 0) return `${only}: the best constant prediction, by ${by}`;
  const each = [...bests].map(([answer, metricNames]) => `${answer} (for ${metricNames.join(", ")})`);
  return `the best constant predictions, by ${by}: ${each.join("; ")}`;
}

/** Returns the first metric of each model and baseline, then further metrics if there is a single model. */
function outcomeOf({ on, rows, metrics, models, constants }: EvaluationReport): readonly string[] {
  const [first, ...others] = metrics;
  const number = (score: ScoreEntry | null | undefined, unit?: string): string =>
    score ? formatValueWithUnit(score.value, unit) : "–";
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
            return value === null ? [] : [`${first.constantsBy?.[i] ?? name} ${fixedDecimalsText(value)}`];
          }),
        ]
      : []),
    ...(several ? [] : others.slice(0, 2).map(({ name, scores, unit }) => named(name, scores[0], unit))),
    `${plural(rows, "row")} of ${on}`,
  ];
}

function warned(text: string): Html {
  return html`<div style="margin:2px 0 6px">
    <b style="font-weight:600;${readableColorStyle(toneColors.warn)}">warning</b> ${text}
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
