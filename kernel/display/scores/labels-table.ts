/** What each label (or kind of entity) comes to: precision, recall, F1, each with its interval, and how many there are, the most frequent first. */
import { labelRatesOf, RATE_NAMES, type RateWithInterval } from "#stdlib/statistics/label-rates.js";
import { clipDistinct } from "../clip-differences.js";
import { displayOutputOf } from "../bundle.js";
import { card, html, htmlTable, note } from "../html.js";
import { plainCell, valueCell, type ScoreCell } from "../score-cell.js";
import type { DisplayOutput } from "../bundle-output.js";
import { groupedNumber } from "../../host/text.js";
import { textTable } from "../text-table.js";

export interface LabelScoresReport {
  /** What is counted: `row`, `rows`. */
  readonly of: readonly [one: string, several: string];
  readonly head: "label" | "entity";
  /** `hit`: have it and were given it; `given`: were given it; `have`: have it. */
  readonly rows: readonly {
    readonly label: string;
    readonly hit: number;
    readonly given: number;
    readonly have: number;
  }[];
}

/** More rows scroll. */
const TALL = 24;
/** Most rows as text. */
const LINES = 60;

const METHOD = "intervals of 95 %: mid-P, of f1 by the share that is right of all that were predicted or true";
/** Decisions about one text depend on each other; the intervals ignore that. */
const ALONE = ", as if each stood alone";

/** `of`: the model, where several are shown. */
export function labelScoresView(
  { rows, head: first, of: [one, several] }: LabelScoresReport,
  suffix = "",
): DisplayOutput {
  const method = `${METHOD}${one === "row" ? "" : ALONE}`;
  const head = [first, ...RATE_NAMES, `true ${several}`, "predicted"];
  const sorted = [...rows].sort((a, b) => b.have - a.have || b.given - a.given);
  const names = clipDistinct(
    sorted.map(({ label }) => label),
    60,
  );
  const cells = sorted.map((row, i): readonly [string, ...ScoreCell[]] => {
    const rates = labelRatesOf(row);
    return [
      names[i] ?? "",
      ...RATE_NAMES.map((name) => rateCell(rates[name])),
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
      note(`most frequent first; – where nothing was predicted, or nothing is true`),
      note(method),
    ),
  );
}

/** Of nothing there is no share. */
function rateCell(rate: RateWithInterval | null): ScoreCell {
  return rate ? valueCell(rate.value, rate) : plainCell("–");
}
