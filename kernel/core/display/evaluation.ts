/** What `evaluate` and `predict` show: scores side by side, the confusion matrix as a heat map, the worst mistakes, predictions. */
import { figureShown, type Figure } from "./figure.js";
import { card, html, htmlTable, note, tone, type Html } from "./html.js";
import { labelsShown, type LabelsReport } from "./labels-table.js";
import { shownOf } from "./bundle.js";
import { fixed, plain, range, small, unbroken, valueCell, type Cell, type Ends } from "./score-cell.js";
import type { Shown } from "./shown.js";
import { tableShown } from "./table.js";
import { clip, count, escapeLabel, oneLine, percent, plural, significant } from "./text.js";
import { blues } from "./svg/colors.js";
import { textTable } from "./text-table.js";

export interface ScoreShown {
  readonly value: number;
  readonly interval: Ends | null;
  /** From the first model to this one. */
  readonly difference?: {
    readonly value: number;
    readonly interval: Ends | null;
    readonly verdict: "better" | "worse" | "no difference shown" | null;
  };
}
export interface EvaluationReport {
  /** What was scored: `tickets.test`. */
  readonly on: string;
  readonly rows: number;
  /** In each, a score for each of `models` and a value for each of `constants`. */
  readonly metrics: readonly {
    readonly name: string;
    readonly scores: readonly (ScoreShown | null)[];
    readonly constants: readonly (number | null)[];
    /** Of each constant the answer, where it is another one than the constant's name says; absent: of none. */
    readonly constantsBy?: readonly (string | null)[];
  }[];
  /** Answers that never change; `by`: which rows say so. */
  readonly constants: readonly { readonly name: string; readonly by: string }[];
  /** How intervals were made. */
  readonly methods: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly models: readonly ModelReport[];
}
export interface ModelReport {
  readonly name: string;
  readonly labels: readonly string[];
  /** Counts: rows are the truth, columns what was predicted, both in the order of `labels`. Empty: none. */
  readonly confusion: readonly (readonly number[])[];
  readonly byLabel?: LabelsReport;
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
}

/** To be shown one after another: the scores of all models, then of each its labels, confusion matrix and worst examples. */
export function evaluationShown(report: EvaluationReport): readonly Shown[] {
  const of = (name: string): string => (report.models.length > 1 ? `: ${name}` : "");
  return [
    scoresShown(report),
    ...report.models.flatMap((model) => [
      ...(model.byLabel && model.byLabel.rows.length > 0 ? [labelsShown(model.byLabel, of(model.name))] : []),
      ...(model.confusion.length > 0 ? [confusionShown(model.labels, model.confusion, of(model.name))] : []),
      ...(model.worst.length > 0 ? [worstShown(model, of(model.name))] : []),
    ]),
  ];
}

function scoresShown(report: EvaluationReport): Shown {
  const { on, rows, metrics, models, constants, methods, warnings, notes } = report;
  const names = models.map(({ name }) => name);
  const [first, others] = [names[0]!, names.slice(1)];
  const head = [
    "metric",
    first,
    ...others.flatMap((name) => [name, `${name} − ${first}`]),
    ...constants.map(({ name }) => name),
  ];
  const cells = metrics.map(({ name, scores, constants: beside, constantsBy: by }) => [
    plain(name),
    ...scores.flatMap((score, i) => [
      scoreCell(score),
      ...(i === 0 ? [] : [score?.difference ? differenceCell(score.difference) : plain("")]),
    ]),
    ...beside.map((value, i) => {
      const other = by?.[i] ?? null;
      return plain(value === null ? "" : `${fixed(value)}${other === null ? "" : ` (${other})`}`);
    }),
  ]);
  const words = [
    `${plural(rows, "row")}${methods && ` · intervals of 95 %: ${methods}`}`,
    ...constants.map(({ name, by }) => `${name}: the best answer that never changes, by ${by}`),
    ...notes,
  ];
  return shownOf(
    [
      `Evaluation on ${on}`,
      textTable(
        head,
        cells.map((row) => row.map(({ text }) => text)),
      ),
      ...warnings.map((warning) => `warning: ${warning}`),
      ...words,
    ].join("\n"),
    card(
      html`Evaluation on ${on}`,
      htmlTable({ head: head.map((name) => html`${name}`), rows: cells.map((row) => row.map(({ shown }) => shown)) }),
      warnings.map((warning) => warned(warning)),
      words.map((line) => note(line)),
    ),
  );
}

function scoreCell(score: ScoreShown | null): Cell {
  return score ? valueCell(score.value, score.interval, { strong: true }) : plain("");
}

function differenceCell({ value, interval, verdict }: NonNullable<ScoreShown["difference"]>): Cell {
  const signed = `${value > 0 ? "+" : ""}${fixed(value)}`;
  const colour = verdict === "better" ? tone.good : verdict === "worse" ? tone.bad : "";
  return {
    text: [signed, interval && `(${range(interval)})`, verdict].filter(Boolean).join(" "),
    shown: html`${unbroken(signed, interval && small(range(interval)))}${verdict && html`<div style="${colour && `color:${colour};`}font-size:12px">${verdict}</div>`}`,
  };
}

function warned(text: string): Html {
  return html`<div style="margin:2px 0 6px"><b style="font-weight:600;color:${tone.warn}">warning</b> ${text}</div>`;
}

/** Colour is the share of the row (what became of each truth), text the count. */
export function confusionFigure(labels: readonly string[], confusion: readonly (readonly number[])[], of = ""): Figure {
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
      title: { text: `Confusion matrix${escapeLabel(of)}` },
      width: Math.min(820, 240 + 64 * labels.length),
      height: Math.min(760, 190 + 44 * labels.length),
      margin: { t: 48, r: 24 },
      xaxis: { title: { text: "predicted" }, ticks: "", type: "category", automargin: true },
      yaxis: { title: { text: "truth" }, type: "category", autorange: "reversed", automargin: true },
    },
  };
}

/** Labels beyond which nobody reads a square of them; its picture would grow with their square. */
const SQUARE = 100;

function confusionShown(labels: readonly string[], confusion: readonly (readonly number[])[], of: string): Shown {
  if (labels.length > SQUARE) {
    const line = `Confusion matrix${of}: not drawn, ${count(labels.length)} labels make too large a square; the table of labels says how each does`;
    return shownOf(line, card("", line));
  }
  const head = ["truth \\ predicted", ...labels.map((label) => clip(label, 16))];
  const text = textTable(
    head,
    confusion.map((row, i) => [clip(labels[i] ?? "", 24), ...row.map(count)]),
    ["left", ...labels.map(() => "right" as const)],
  );
  return figureShown(confusionFigure(labels, confusion, of), { text: `Confusion matrix${of}\n${text}` });
}

function worstShown({ worst, worstBy = "probability" }: ModelReport, of: string): Shown {
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
    { title: `Worst examples${of}`, caption, limit: 50 },
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
