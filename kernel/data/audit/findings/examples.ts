/** The first rows of a finding, by their numbers, and how many there are. */
import type { FindingRow } from "#dsl/language/types/audit-facts.js";
import { compareRowNames, rowNameOf } from "../../row/row-names.js";
import type { AuditedRow } from "../rows.js";

/** Rows that are kept. */
const MOST = 20;
/** Characters that are shown of a text, and of those before the place that matters. */
const CHARACTERS = 120;
const BEFORE = 30;

export class ExampleCollector {
  rows = 0;
  readonly examples: FindingRow[] = [];

  add(row: AuditedRow, split: string, text: string, position = 0): void {
    this.rows++;
    const last = this.examples.at(-1);
    // They come split by split.
    if (last && this.examples.length === MOST && compareRowNames(last.row, rowNameOf(row)) <= 0) return;
    this.examples.push(exampleRow(row, split, text, position));
    this.examples.sort((a, b) => compareRowNames(a.row, b.row)).splice(MOST);
  }
}

/** `at`: where in the text what matters begins. */
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
