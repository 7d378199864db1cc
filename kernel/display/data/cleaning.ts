/**
 * The effects of each cleaner of a data set: counts of changed and dropped rows, and the first of them before and
 * after.
 */
import type { CleanerEffect } from "#dsl/language/types/facts.js";
import { html, htmlTable, readableColorStyle, toneColors, type Html, type HtmlPart } from "../html.js";
import { clip, groupedNumber, oneLine, plural } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

type Example = CleanerEffect["examples"][number];

const head = ["cleaner", "changed", "dropped"];
const align = ["left", "right", "right", "left"] as const;

const droppedBy = ({ dropped }: CleanerEffect): number => dropped.reduce((sum, one) => sum + one.count, 0);
const notedBy = ({ noted = [] }: CleanerEffect): string[] =>
  noted.map(({ why, count: rows }) => `${plural(rows, "row")} ${why}`);
const quoted = (text: string, length: number): string => `"${clip(oneLine(text), length)}"`;

function exampleText({ row, before, after }: Example, length: number): string {
  return `row ${String(row)}: ${quoted(before, length)}${after === null ? "" : ` → ${quoted(after, length)}`}`;
}

/** Returns one line per cleaner, with one example; empty without cleaners. */
export function cleanersText(cleaners: readonly CleanerEffect[]): readonly string[] {
  if (cleaners.length === 0) return [];
  const rows = cleaners.map((one) => [
    one.word,
    groupedNumber(one.changed),
    groupedNumber(droppedBy(one)),
    [...notedBy(one), ...one.examples.slice(0, 1).map((example) => exampleText(example, 32))].join("; "),
  ]);
  return ["", textTable(...withoutEmptyLastColumn([...head, "such as"], rows), align)];
}

/** Removes the last column if it is empty. */
export function withoutEmptyLastColumn<T>(
  names: readonly string[],
  rows: readonly (readonly T[])[],
): [head: readonly string[], rows: readonly (readonly T[])[]] {
  const empty = rows.every((row) => row.at(-1) === "");
  return empty ? [names.slice(0, -1), rows.map((row) => row.slice(0, -1))] : [names, rows];
}

/** Returns the same as a folded section with all examples. */
export function cleanersHtml(cleaners: readonly CleanerEffect[]): Html | false {
  if (cleaners.length === 0) return false;
  const rows = cleaners.map((one): HtmlPart[] => [
    one.word,
    groupedNumber(one.changed),
    groupedNumber(droppedBy(one)),
    [...notedBy(one), ...one.examples.map((example) => exampleText(example, 84))].map(
      (line) => html`<div>${line}</div>`,
    ),
  ]);
  return html`<details style="margin:0 0 6px">
    <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">${summary(cleaners)}</summary>
    ${htmlTable({ head: [...head, "before and after"], rows, align })}
  </details>`;
}

/** Returns e.g. `unicode changed 214 rows, drop_duplicates dropped 28`; cleaners without effect are named last. */
function summary(cleaners: readonly CleanerEffect[]): string {
  const did = cleaners.flatMap((one) => {
    const dropped = droppedBy(one);
    const parts = [
      ...(one.changed > 0 ? [`changed ${plural(one.changed, "row")}`] : []),
      ...(dropped > 0 ? [`dropped ${plural(dropped, "row")}`] : []),
    ];
    return parts.length > 0 ? [`${one.word} ${parts.join(" and ")}`] : [];
  });
  const idle = cleaners.filter((one) => one.changed === 0 && droppedBy(one) === 0).map(({ word }) => word);
  return [...did, ...(idle.length > 0 ? [`${idle.join(" and ")} touched no row`] : [])].join(", ");
}
