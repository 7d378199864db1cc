/** The first rows of a finding, by their numbers, and how many there are. */
import type { FoundRow } from "#dsl/language/types/audit-facts.js";
import { byRow, rowName } from "../../row/row-names.js";
import type { LookedRow } from "../rows.js";

/** Rows that are kept. */
const MOST = 20;
/** Characters that are shown of a text, and of those before the place that matters. */
const CHARACTERS = 120;
const BEFORE = 30;

export class Examples {
  rows = 0;
  readonly examples: FoundRow[] = [];

  add(row: LookedRow, split: string, text: string, at = 0): void {
    this.rows++;
    const last = this.examples.at(-1);
    // They come split by split.
    if (last && this.examples.length === MOST && byRow(last.row, rowName(row)) <= 0) return;
    this.examples.push(foundRow(row, split, text, at));
    this.examples.sort((a, b) => byRow(a.row, b.row)).splice(MOST);
  }
}

/** `at`: where in the text what matters begins. */
export function foundRow(row: LookedRow, split: string, text: string, at = 0): FoundRow {
  const { label } = row.values;
  const from = Math.max(0, at - BEFORE);
  const part = text
    .slice(from, from + CHARACTERS)
    .replace(/\s+/g, " ")
    .replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/gu, "");
  const told = `${from > 0 ? "…" : ""}${part}${from + CHARACTERS < text.length ? "…" : ""}`;
  return { row: rowName(row), split, text: told, ...(typeof label === "string" && { label }) };
}
