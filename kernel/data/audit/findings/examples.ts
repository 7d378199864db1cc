/** The first rows of a finding, by their numbers, and the number of all its rows. */
import type { FindingRow } from "#dsl/language/types/audit-facts.js";
import { compareRowNames, rowNameOf } from "../../row/row.js";
import type { AuditedRow } from "../rows.js";

const MOST = 20;
/** Maximum displayed characters of a text, and of the text before the relevant position. */
const CHARACTERS = 120;
const BEFORE = 30;

export class ExampleCollector {
  rows = 0;
  readonly examples: FindingRow[] = [];

  add(row: AuditedRow, split: string, text: string, position = 0): void {
    this.rows++;
    const last = this.examples.at(-1);
    // Rows arrive split by split.
    if (last && this.examples.length === MOST && compareRowNames(last.row, rowNameOf(row)) <= 0) return;
    this.examples.push(exampleRow(row, split, text, position));
    this.examples.sort((a, b) => compareRowNames(a.row, b.row)).splice(MOST);
  }
}

/** `position`: where the relevant part of the text begins. */
export function exampleRow(row: AuditedRow, split: string, text: string, position = 0): FindingRow {
  const { label } = row.values;
  const from = Math.max(0, position - BEFORE);
  const part = text
    .slice(from, from + CHARACTERS)
    .replace(/\s+/g, " ")
    .replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/gu, "");
  const excerpt = `${from > 0 ? "…" : ""}${part}${from + CHARACTERS < text.length ? "…" : ""}`;
  return { row: rowNameOf(row), split, text: excerpt, ...(typeof label === "string" && { label }) };
}
