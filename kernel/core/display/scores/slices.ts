/** What parts of the rows come to by themselves: a line for each slice, the metrics of each model with their intervals. */
import { shownOf } from "../bundle.js";
import { clipApart } from "../clip-apart.js";
import { card, html, htmlTable, note, type Align, type Part } from "../html.js";
import { plain, valueCell, type Cell, type Ends } from "./score-cell.js";
import { barsOf, scaleOf } from "./slice-bars.js";
import type { Shown } from "../shown.js";
import { count, significant } from "../text.js";
import { textTable } from "../text-table.js";

export interface SlicesReport {
  /** What parts the rows: `language`. */
  readonly by: string;
  readonly on: string;
  readonly models: readonly string[];
  readonly metrics: readonly string[];
  readonly slices: readonly {
    readonly name: string;
    readonly rows: number;
    /** Of each model, in the order of `metrics`; null: too few rows to say. */
    readonly scores: readonly (readonly ({ readonly value: number; readonly interval: Ends | null } | null)[])[] | null;
  }[];
  /** How intervals were made. */
  readonly methods: string;
  readonly notes: readonly string[];
}

/** Behind a slice's name and its rows, where they are seen on a narrow page too. */
function withBars<T>(row: readonly T[], bars: T | null | undefined): readonly T[] {
  return bars === null || bars === undefined ? row : [...row.slice(0, 2), bars, ...row.slice(2)];
}

/** The first metric as bars; null: there is but one slice to see. */
function barsShown(
  slices: SlicesReport["slices"],
  { models, metrics }: Pick<SlicesReport, "models" | "metrics">,
): { readonly head: string; readonly rows: readonly Part[] } | null {
  const scores = slices.map((slice) => slice.scores?.map((own) => own[0]));
  const scale = scaleOf(scores.flatMap((own) => own ?? []));
  if (!scale || scores.filter((own) => own !== undefined).length < 2) return null;
  return {
    head: `${metrics[0] ?? ""}, ${significant(scale.low, 3)} to ${significant(scale.high, 3)}`,
    rows: scores.map((own) => own && barsOf(own, models, scale)),
  };
}

/** More rows scroll. */
const TALL = 24;

export function slicesShown({ by, on, models, metrics, slices, methods, notes }: SlicesReport): Shown {
  const several = models.length > 1;
  const head = [
    by,
    "rows",
    ...metrics.flatMap((metric) => models.map((model) => (several ? `${metric}: ${model}` : metric))),
  ];
  const names = clipApart(
    slices.map(({ name }) => name),
    60,
  );
  const cells = slices.map(({ rows, scores }, i): readonly Cell[] => [
    plain(names[i] ?? ""),
    plain(count(rows)),
    ...metrics.flatMap((_, metric) =>
      models.map((_model, model) => {
        if (!scores) return plain(metric + model === 0 ? "too few rows" : "");
        const score = scores[model]?.[metric];
        return score && !Number.isNaN(score.value) ? valueCell(score.value, score.interval) : plain("–");
      }),
    ),
  ]);
  const bars = barsShown(slices, { models, metrics });
  const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const title = `By ${by}: ${on}`;
  const words = [...(methods ? [`intervals of 95 %: ${methods}`] : []), ...notes];
  const table = htmlTable({
    head: withBars(head, bars?.head).map((name) => html`${name}`),
    rows: cells.map((row, i) =>
      withBars<Part>(
        row.map(({ shown }) => shown),
        bars && (bars.rows[i] ?? ""),
      ),
    ),
    align: withBars<Align>(align, bars && "left"),
  });
  return shownOf(
    [
      title,
      textTable(
        head,
        cells.map((row) => row.map(({ text }) => text)),
        align,
      ),
      ...words,
    ].join("\n"),
    card(
      title,
      cells.length > TALL ? html`<div style="max-height:560px;overflow:auto">${table}</div>` : table,
      words.map((line) => note(line)),
    ),
  );
}
