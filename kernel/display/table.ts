/** Rows as a table: plain HTML and aligned text; long tables are truncated, with a line that says so. */
import { displayOutputOf } from "./bundle.js";
import { alignPercentDecimals, commonNumberFormat } from "./column.js";
import { type DisplayOutput, card, html, htmlTable, note, type ColumnAlignment } from "./html.js";
import { clip, groupedNumber, oneLine, significantText } from "../host/value-text.js";
import { textTable } from "./text-table.js";

export interface TableOptions {
  /** Maximum rows to show. Defaults to 20. */
  readonly limit?: number;
  readonly title?: string;
  readonly caption?: string;
  /** Total number of rows, if `rows` is an iterable of unknown length. */
  readonly total?: number;
  /** Maximum code points of a cell. Defaults to 160. */
  readonly longest?: number;
}

/** Maximum code points of a cell in plain text. */
const LONGEST_TEXT = 60;

/** `rows` are arrays in the order of `columns`; an endless iterable is read only as far as it is shown. */
export function tableView(
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
  { limit = 20, title, caption, total, longest = 160 }: TableOptions = {},
): DisplayOutput {
  const shown: (readonly unknown[])[] = [];
  let more = false;
  for (const row of rows) {
    more = shown.length >= limit;
    if (more) break;
    shown.push(row);
  }
  const all = total ?? (Array.isArray(rows) ? rows.length : more ? undefined : shown.length);
  const left = more || (all ?? 0) > shown.length;
  const rest =
    left &&
    (all === undefined
      ? `first ${groupedNumber(shown.length)} rows`
      : `${groupedNumber(shown.length)} of ${groupedNumber(all)} rows`);
  const align = columns.map((_, i): ColumnAlignment =>
    shown.length > 0 && shown.every((row) => numeric(row[i])) ? "right" : "left",
  );
  const texts = columns.map((_, i) =>
    columnTexts(
      shown.map((row) => row[i]),
      longest,
    ),
  );
  const cells = shown.map((_, n) => texts.map((column) => column[n] ?? ""));
  return displayOutputOf(
    [
      title,
      textTable(
        columns,
        cells.map((row) => row.map((c) => clip(oneLine(c), LONGEST_TEXT))),
        align,
      ),
      rest,
      caption,
    ]
      .filter(Boolean)
      .join("\n"),
    card(
      title,
      htmlTable({ head: columns.map((c) => html`${c}`), rows: cells, align }),
      rest && note(rest),
      caption && note(caption),
    ),
  );
}

function numeric(value: unknown): boolean {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "bigint") return true;
  return typeof value === "string" && /^([<>] )?[-−]?[\d,]*\.?\d*(e-?\d+)?( %)?$/.test(value);
}

/** Formats the values of one column; numbers get a common format. */
function columnTexts(values: readonly unknown[], longest: number): readonly string[] {
  const written = commonNumberFormat(values.filter((value) => typeof value === "number"));
  return alignPercentDecimals(
    values.map((value) => (typeof value === "number" ? written(value) : null) ?? cellText(value, longest)),
  );
}

/** Formats a value for a table cell: short, equal values alike; never throws. */
export function cellText(value: unknown, longest = 160): string {
  if (value === null || value === undefined) return "";
  switch (typeof value) {
    case "string":
      return clip(value, longest);
    case "number":
      return Number.isInteger(value) ? String(value) : significantText(value, 5);
    case "bigint":
    case "boolean":
    case "symbol":
      return String(value);
    case "function":
      return "ƒ";
    default:
      return clip(objectText(value), longest);
  }
}

function objectText(value: object): string {
  try {
    if (value instanceof Date)
      return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString().replace("T00:00:00.000Z", "");
    return JSON.stringify(ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : value) ?? "";
  } catch {
    return "[object]"; // circular, or its toJSON throws
  }
}

/** The part of arquero's tables that is used (duck-typed: a notebook may bring its own arquero). */
export interface ArqueroTable {
  columnNames(): string[];
  numRows(): number;
  objects(options: { limit: number }): object[];
}

export function isArqueroTable(value: unknown): value is ArqueroTable {
  const t = value as Partial<ArqueroTable> | null | undefined;
  return (
    typeof t === "object" &&
    t !== null &&
    ["columnNames", "numRows", "objects"].every((m) => typeof t[m as keyof ArqueroTable] === "function")
  );
}

export function arqueroView(table: ArqueroTable, options: TableOptions = {}): DisplayOutput {
  const columns = table.columnNames();
  const limit = options.limit ?? 20;
  const rows = table.objects({ limit }).map((row) => columns.map((c) => (row as Readonly<Record<string, unknown>>)[c]));
  return tableView(columns, rows, {
    caption: `${groupedNumber(table.numRows())} rows × ${groupedNumber(columns.length)} columns`,
    ...options,
    total: table.numRows(),
    limit,
  });
}
