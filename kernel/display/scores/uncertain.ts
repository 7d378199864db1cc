/** The rows with the least certain predictions, folded: the labels in question, and the correct one. */
import { displayOutputOf } from "../bundle.js";
import { card, html, htmlTable, readableColorStyle, toneColors, type DisplayOutput } from "../html.js";
import { clip, oneLine, plural } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

export interface UncertainRow {
  /** Number in the source, from 1. */
  readonly row: number;
  readonly text: string;
  readonly truth: string;
  /** The labels closest to each other, or to the threshold; the closest first. */
  readonly between: readonly { readonly label: string; readonly probability: number }[];
}

/** `suffix`: with the model's name if several are displayed. */
export function uncertainRowsView(rows: readonly UncertainRow[], suffix = ""): DisplayOutput {
  const head = ["row", "truth", "between", "and", "text"];
  const align = ["right", "left", "left", "left", "left"] as const;
  const cells = rows.map(({ row, text, truth, between: [first, second] }) => [
    String(row),
    clip(oneLine(truth), 120),
    labelled(first),
    labelled(second),
    clip(oneLine(text), 240),
  ]);
  const title = `Most uncertain examples${suffix}`;
  return displayOutputOf(
    [
      title,
      textTable(
        head,
        cells.map((row) => row.map((cell) => clip(cell, 60))),
        align,
      ),
    ].join("\n"),
    card(
      null,
      html`<details style="margin:0 0 6px">
        <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">
          ${title}: ${plural(rows.length, "row")}
        </summary>
        ${htmlTable({ head: head.map((name) => html`${name}`), rows: cells, align })}
      </details>`,
    ),
  );
}

function labelled(one: UncertainRow["between"][number] | undefined): string {
  return one ? `${clip(oneLine(one.label), 60)} ${(100 * one.probability).toFixed(1)} %` : "";
}
