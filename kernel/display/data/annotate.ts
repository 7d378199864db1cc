/**
 * The output of an `annotate` statement: the id of the annotation session for front ends that can open it; for others,
 * the rows without a decision and the code to make one.
 */
import type { AnnotationSession, DisplayedAnnotationRow } from "../../data/annotations/annotation-session.js";
import type { AnnotationLabel } from "../../data/annotations/line.js";
import { displayOutputOf } from "../bundle.js";
import { card, code, html, htmlTable, note, type DisplayOutput } from "../html.js";
import { clip, groupedNumber, oneLine, formatPercent, plural } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

export const annotateMime = "application/vnd.tunebook.annotate+json";
const SHOWN = 10;

/** `offerId`: id by which a front end opens the annotation; null if none can. `name`: name of the annotated data. */
export function annotationView(
  annotation: AnnotationSession,
  options: { readonly name: string; readonly file: string; readonly offerId: string | null },
): DisplayOutput {
  const { data, annotator, order, total, labels } = annotation.state;
  const waiting = firstWaiting(annotation);
  const title = `Annotate ${data}: ${groupedNumber(annotation.done)} of ${plural(total, "row")} decided by ${annotator}, ${groupedNumber(annotation.waiting)} ${annotation.waiting === 1 ? "waits" : "wait"}`;
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
    `await ${options.name}.decide(${typeof first.row === "number" ? String(first.row) : JSON.stringify(first.row)}, ${exampleOf(first, labels, annotation.state.several)})`;
  const footer = `order: ${order}; stored in ${options.file}`;
  const how = typed
    ? "If no keys are requested, type in a TypeScript cell:"
    : total === 0
      ? "No rows to ask about."
      : "Nothing waits.";
  const also = typed && `null instead of a label skips the row, "drop" as a third argument removes it`;
  const rest =
    annotation.waiting > waiting.length
      ? `${groupedNumber(waiting.length)} of ${groupedNumber(annotation.waiting)} rows that wait`
      : "";
  return displayOutputOf(
    [
      title,
      footer,
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
      note(footer),
      rows.length > 0 && htmlTable({ head, rows }),
      rest && note(rest),
      html`<div>${how}${typed ? html` ${code(typed)}` : ""}</div>`,
      also && note(also),
    ),
    options.offerId === null ? {} : { [annotateMime]: { desk: options.offerId, data, annotator } },
  );
}

function firstWaiting(annotation: AnnotationSession): readonly DisplayedAnnotationRow[] {
  const found: DisplayedAnnotationRow[] = [];
  const { total } = annotation.state;
  for (let position = 0; position < total && found.length < SHOWN; position++) {
    const [row] = annotation.decided(position) === null ? annotation.rows(position, position + 1) : [];
    if (row) found.push(row);
  }
  return found;
}

export function labelText(label: AnnotationLabel | null): string {
  if (label === null) return "–";
  return clip(typeof label === "string" ? label : label.length > 0 ? label.join(", ") : "(none)", 60);
}
function suggestedText({ suggested }: DisplayedAnnotationRow): string {
  if (!suggested) return "";
  return suggested.chance === null
    ? labelText(suggested.label)
    : `${labelText(suggested.label)} ${formatPercent(suggested.chance)}`;
}
function exampleOf(row: DisplayedAnnotationRow, labels: readonly string[], several: boolean): string {
  const label = row.suggested?.label ?? row.label ?? (several ? labels.slice(0, 1) : (labels[0] ?? ""));
  return JSON.stringify(label);
}
