/** What `evaluate` and `predict` show: metrics, the confusion matrix as a heat map, the worst mistakes, predictions. */
import { figureShown, type Figure } from "./figure.js";
import { card, html, htmlTable, note } from "./html.js";
import { shownOf } from "./bundle.js";
import type { Shown } from "./shown.js";
import { tableShown } from "./table.js";
import { clip, count, escapeLabel, oneLine, percent, significant } from "./text.js";
import { blues } from "./svg/colors.js";
import { textTable } from "./text-table.js";

export interface EvaluationReport {
  /** `subject` is the model (and data) that was measured: `router on tickets.test`. */
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly subject: string }[];
  readonly labels: readonly string[];
  /** Counts: rows are the truth, columns what was predicted, both in the order of `labels`. Empty: none. */
  readonly confusion: readonly (readonly number[])[];
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
  readonly notes?: readonly string[];
  readonly rows?: number;
  readonly seconds?: number;
}

/** Up to three outputs, to be shown one after another: metrics, confusion matrix, worst examples. */
export function evaluationShown(report: EvaluationReport): readonly Shown[] {
  return [
    metricsShown(report),
    ...(report.confusion.length > 0 ? [confusionShown(report.labels, report.confusion)] : []),
    ...(report.worst.length > 0 ? [worstShown(report)] : []),
  ];
}

function metricsShown({ metrics, rows, seconds, notes = [] }: EvaluationReport): Shown {
  const subjects = [...new Set(metrics.map((m) => m.subject))];
  const names = [...new Set(metrics.map((m) => m.name))];
  const value = (name: string, subject: string): string => {
    const found = metrics.find((m) => m.name === name && m.subject === subject);
    return found ? (Number.isFinite(found.value) ? found.value.toFixed(4) : significant(found.value)) : "";
  };
  const table = names.map((name) => [name, ...subjects.map((subject) => value(name, subject))]);
  const align = ["left", ...subjects.map(() => "right")] as ("left" | "right")[];
  const words = [
    rows === undefined ? "" : `${count(rows)} rows`,
    seconds ? `${count((rows ?? 0) / seconds)} rows/s` : "",
    ...notes,
  ]
    .filter(Boolean)
    .join(" · ");
  return shownOf(
    ["Evaluation", textTable(["metric", ...subjects], table, align), words].filter(Boolean).join("\n"),
    card(
      "Evaluation",
      htmlTable({
        head: ["metric", ...subjects],
        rows: table.map(([name, ...values]) => [name, ...values.map((v) => html`<b style="font-weight:600">${v}</b>`)]),
        align,
      }),
      words && note(words),
    ),
  );
}

/** Colour is the share of the row (what became of each truth), text the count. */
export function confusionFigure(labels: readonly string[], confusion: readonly (readonly number[])[]): Figure {
  const names = labels.map((label) => escapeLabel(clip(label, 24)));
  const shares = confusion.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((n) => (sum > 0 ? Number((n / sum).toFixed(4)) : 0));
  });
  const small = labels.length <= 20;
  return {
    data: [
      {
        type: "heatmap",
        x: names,
        y: names,
        z: shares,
        zmin: 0,
        zmax: 1,
        colorscale: blues,
        xgap: 1,
        ygap: 1,
        showscale: !small,
        text: confusion.map((row) => row.map(count)),
        ...(small ? { texttemplate: "%{text}" } : {}),
        hovertemplate: "truth %{y}<br>predicted %{x}<br>%{text} rows (%{z:.1%})<extra></extra>",
      },
    ],
    layout: {
      title: { text: "Confusion matrix" },
      width: Math.min(820, 240 + 64 * labels.length),
      height: Math.min(760, 190 + 44 * labels.length),
      margin: { t: 48, r: 24 },
      xaxis: { title: { text: "predicted" }, ticks: "", type: "category", automargin: true },
      yaxis: { title: { text: "truth" }, type: "category", autorange: "reversed", automargin: true },
    },
  };
}

function confusionShown(labels: readonly string[], confusion: readonly (readonly number[])[]): Shown {
  const head = ["truth \\ predicted", ...labels.map((label) => clip(label, 16))];
  const text = textTable(
    head,
    confusion.map((row, i) => [clip(labels[i] ?? "", 24), ...row.map(count)]),
    ["left", ...labels.map(() => "right" as const)],
  );
  return figureShown(confusionFigure(labels, confusion), { text: `Confusion matrix\n${text}` });
}

function worstShown({ worst, worstBy = "probability" }: EvaluationReport): Shown {
  const by = (value: number): string => (worstBy === "probability" ? percent(value) : significant(value));
  const caption = worstBy === "probability" ? "surest mistakes first" : "greatest errors first";
  return tableShown(
    ["row", "truth", "predicted", worstBy, "text"],
    worst.map((w) => [
      w.row,
      clip(w.truth, 120),
      clip(w.predicted, 120),
      by(w.probability),
      clip(oneLine(w.text), 240),
    ]),
    { title: "Worst examples", caption, limit: 50 },
  );
}

export interface Predicted {
  readonly text: string;
  /** What the model says of it, beside the heads of the columns. */
  readonly cells: readonly string[];
}

export function predictionsShown(
  columns: readonly string[],
  rows: readonly Predicted[],
  { limit = 20 }: { readonly limit?: number } = {},
): Shown {
  return tableShown(
    ["text", ...columns],
    rows.map((r) => [clip(oneLine(r.text), 160), ...r.cells.map((cell) => clip(oneLine(cell), 240))]),
    { title: "Predictions", limit },
  );
}
