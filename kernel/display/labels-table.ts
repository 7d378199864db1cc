/** What each label (or kind of entity) comes to: precision, recall, F1 and how many there are, the most frequent first. */
import { shownOf } from "./bundle.js";
import { card, html, htmlTable, note } from "./html.js";
import type { Shown } from "./shown.js";
import { clip, count } from "./text.js";
import { textTable } from "./text-table.js";

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

/** `of`: the model, where several are shown. */
export function labelsShown({ rows, head: first, of: [, several] }: LabelsReport, of = ""): Shown {
  const head = [first, "precision", "recall", "f1", `true ${several}`, "predicted"];
  const sorted = [...rows].sort((a, b) => b.have - a.have || b.given - a.given);
  const cells = sorted.map(({ label, hit, given, have }) => [
    clip(label, 60),
    share(hit, given),
    share(hit, have),
    share(2 * hit, given + have),
    count(have),
    count(given),
  ]);
  const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const title = `${first === "label" ? "Labels" : "Entities"}${of}`;
  const left = cells.length - LINES;
  const table = htmlTable({ head: head.map((name) => html`${name}`), rows: cells, align, sortable: true });
  return shownOf(
    [title, textTable(head, cells.slice(0, LINES), align), left > 0 && `and ${count(left)} more`]
      .filter(Boolean)
      .join("\n"),
    card(
      title,
      cells.length > TALL ? html`<div style="max-height:560px;overflow:auto">${table}</div>` : table,
      note(`most frequent first; – where nothing was predicted, or nothing is true`),
    ),
  );
}

/** Of nothing there is no share. */
function share(part: number, of: number): string {
  return of === 0 ? "–" : (part / of).toFixed(4);
}
