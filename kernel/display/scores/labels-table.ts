/** What each label (or kind of entity) comes to: precision, recall, F1, each with its interval, and how many there are, the most frequent first. */
import { labelRates, RATES, type Rate } from "#stdlib/statistics/label-rates.js";
import { clipApart } from "../clip-differences.js";
import { shownOf } from "../bundle.js";
import { card, html, htmlTable, note } from "../html.js";
import { plain, valueCell, type Cell } from "../score-cell.js";
import type { Shown } from "../bundle-output.js";
import { count } from "../../host/text.js";
import { textTable } from "../text-table.js";

export interface LabelsReport {
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
export function labelsShown({ rows, head: first, of: [one, several] }: LabelsReport, of = ""): Shown {
  const method = `${METHOD}${one === "row" ? "" : ALONE}`;
  const head = [first, ...RATES, `true ${several}`, "predicted"];
  const sorted = [...rows].sort((a, b) => b.have - a.have || b.given - a.given);
  const names = clipApart(
    sorted.map(({ label }) => label),
    60,
  );
  const cells = sorted.map((row, i): readonly [string, ...Cell[]] => {
    const rates = labelRates(row);
    return [
      names[i] ?? "",
      ...RATES.map((name) => rateCell(rates[name])),
      plain(count(row.have)),
      plain(count(row.given)),
    ];
  });
  const texts = cells.slice(0, LINES).map(([label, ...of]) => [label, ...of.map(({ text }) => text)]);
  const shown = cells.map(([label, ...of]) => [label, ...of.map((cell) => cell.shown)]);
  const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const title = `${first === "label" ? "Labels" : "Entities"}${of}`;
  const left = cells.length - LINES;
  const table = htmlTable({ head: head.map((name) => html`${name}`), rows: shown, align, sortable: true });
  return shownOf(
    [title, textTable(head, texts, align), left > 0 && `and ${count(left)} more`, method].filter(Boolean).join("\n"),
    card(
      title,
      cells.length > TALL ? html`<div style="max-height:560px;overflow:auto">${table}</div>` : table,
      note(`most frequent first; – where nothing was predicted, or nothing is true`),
      note(method),
    ),
  );
}

/** Of nothing there is no share. */
function rateCell(rate: Rate | null): Cell {
  return rate ? valueCell(rate.value, rate) : plain("–");
}
