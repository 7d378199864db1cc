/**
 * Scores of each label (or kind of entity): precision, recall and F1 with intervals, and counts. The most frequent
 * first.
 */
import { precisionRecallAndF1, PRECISION_RECALL_F1, type RateWithInterval } from "#stdlib/statistics/label-rates.js";
import { clipDistinct } from "../clip-differences.js";
import { displayOutputOf } from "../bundle.js";
import { card, html, htmlTable, note, type DisplayOutput } from "../html.js";
import { plainCell, valueCell, type ScoreCell } from "../score-cell.js";
import { groupedNumber } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

export interface LabelScoresReport {
  /** The counted unit: `row`, `rows`. */
  readonly of: readonly [one: string, several: string];
  readonly head: "label" | "entity";
  /** `hit`: correctly predicted; `given`: predicted; `have`: true. */
  readonly rows: readonly {
    readonly label: string;
    readonly hit: number;
    readonly given: number;
    readonly have: number;
  }[];
}

/** Number of rows above which the table scrolls. */
const TALL = 24;
/** Maximum rows as text. */
const LINES = 60;

const METHOD = "intervals of 95 %: mid-P, of f1 by the share that is right of all that were predicted or true";
/** Decisions about one text depend on each other; the intervals ignore this. */
const ALONE = ", each treated as independent";

/** `suffix`: with the model's name if several are displayed. */
export function labelScoresView(
  { rows, head: first, of: [one, several] }: LabelScoresReport,
  suffix = "",
): DisplayOutput {
  const method = `${METHOD}${one === "row" ? "" : ALONE}`;
  const head = [first, ...PRECISION_RECALL_F1, `true ${several}`, "predicted"];
  const sorted = [...rows].sort((a, b) => b.have - a.have || b.given - a.given);
  const names = clipDistinct(
    sorted.map(({ label }) => label),
    60,
  );
  const cells = sorted.map((row, i): readonly [string, ...ScoreCell[]] => {
    const rates = precisionRecallAndF1(row);
    return [
      names[i] ?? "",
      ...PRECISION_RECALL_F1.map((name) => rateCell(rates[name])),
      plainCell(groupedNumber(row.have)),
      plainCell(groupedNumber(row.given)),
    ];
  });
  const texts = cells.slice(0, LINES).map(([label, ...scoreCells]) => [label, ...scoreCells.map(({ text }) => text)]);
  const shown = cells.map(([label, ...scoreCells]) => [label, ...scoreCells.map((cell) => cell.shown)]);
  const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const title = `${first === "label" ? "Labels" : "Entities"}${suffix}`;
  const left = cells.length - LINES;
  const table = htmlTable({ head: head.map((name) => html`${name}`), rows: shown, align, sortable: true });
  return displayOutputOf(
    [title, textTable(head, texts, align), left > 0 && `and ${groupedNumber(left)} more`, method]
      .filter(Boolean)
      .join("\n"),
    card(
      title,
      cells.length > TALL ? html`<div style="max-height:560px;overflow:auto">${table}</div>` : table,
      note(`most frequent first; – if nothing was predicted, or nothing is true`),
      note(method),
    ),
  );
}

/** A share of zero rows is undefined. */
function rateCell(rate: RateWithInterval | null): ScoreCell {
  return rate ? valueCell(rate.value, rate) : plainCell("–");
}
