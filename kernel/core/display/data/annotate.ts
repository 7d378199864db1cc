/**
 * What an `annotate` statement shows: for a front end that can ask, which desk it speaks to; for all others the rows that wait,
 * and what is typed to decide on one.
 */
import type { Desk, DeskRow } from "../../data/annotated/desk.js";
import type { Label } from "../../data/annotated/line.js";
import { shownOf } from "../bundle.js";
import { card, code, html, htmlTable, note } from "../html.js";
import type { Shown } from "../shown.js";
import { clip, count, oneLine, percent, plural } from "../text.js";
import { textTable } from "../text-table.js";

export const annotateMime = "application/vnd.tunebook.annotate+json";
const SHOWN = 10;

/** `desk`: what a front end finds it by; null: none can. `name`: of the annotated data. */
export function annotateShown(
  desk: Desk,
  o: { readonly name: string; readonly file: string; readonly desk: string | null },
): Shown {
  const { data, annotator, order, total, labels } = desk.state;
  const waiting = firstWaiting(desk);
  const title = `Annotate ${data}: ${count(desk.done)} of ${plural(total, "row")} decided by ${annotator}, ${count(desk.waiting)} ${desk.waiting === 1 ? "waits" : "wait"}`;
  const head = ["row", "split", "label", "suggested", "asked because", "text"];
  const rows = waiting.map((row) => [
    String(row.row),
    row.split ?? "–",
    labelText(row.label),
    suggestedText(row),
    row.why,
    clip(oneLine(row.texts.map(({ text }) => text).join(" | ")), 240),
  ]);
  const [first] = waiting;
  const typed =
    first &&
    `await ${o.name}.decide(${typeof first.row === "number" ? String(first.row) : JSON.stringify(first.row)}, ${exampleOf(first, labels, desk.state.several)})`;
  const kept = `order: ${order}; kept in ${o.file}`;
  const how = typed
    ? "Where no keys are asked for, type in a TypeScript cell:"
    : total === 0
      ? "No row is asked about."
      : "Nothing waits.";
  const also = typed && `null instead of a label skips the row, "drop" as a third argument leaves it out`;
  const rest = desk.waiting > waiting.length ? `${count(waiting.length)} of ${count(desk.waiting)} rows that wait` : "";
  return shownOf(
    [
      title,
      kept,
      ...(rows.length > 0
        ? [
            "",
            textTable(
              head,
              rows.map((row) => row.map((cell) => clip(cell, 48))),
            ),
          ]
        : []),
      ...(rest ? [rest] : []),
      "",
      how,
      ...(typed ? [`  ${typed}`, also] : []),
    ].join("\n"),
    card(
      title,
      note(kept),
      rows.length > 0 && htmlTable({ head, rows }),
      rest && note(rest),
      html`<div>${how}${typed ? html` ${code(typed)}` : ""}</div>`,
      also && note(also),
    ),
    o.desk === null ? {} : { [annotateMime]: { desk: o.desk, data, annotator } },
  );
}

function firstWaiting(desk: Desk): readonly DeskRow[] {
  const found: DeskRow[] = [];
  const { total } = desk.state;
  for (let at = 0; at < total && found.length < SHOWN; at++) {
    const [row] = desk.decided(at) === null ? desk.rows(at, at + 1) : [];
    if (row) found.push(row);
  }
  return found;
}

export function labelText(label: Label | null): string {
  if (label === null) return "–";
  return clip(typeof label === "string" ? label : label.length > 0 ? label.join(", ") : "(none)", 60);
}
function suggestedText({ suggested }: DeskRow): string {
  if (!suggested) return "";
  return suggested.chance === null
    ? labelText(suggested.label)
    : `${labelText(suggested.label)} ${percent(suggested.chance)}`;
}
function exampleOf(row: DeskRow, labels: readonly string[], several: boolean): string {
  const label = row.suggested?.label ?? row.label ?? (several ? labels.slice(0, 1) : (labels[0] ?? ""));
  return JSON.stringify(label);
}
