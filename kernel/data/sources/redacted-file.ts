/**
 * Replaces personal data in a file row by row, so that memory does not depend on the file's size: lines of a text,
 * objects of JSON Lines, records of CSV. Each row is one document.
 */
import { extname } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type { PersonalDataFinding } from "#stdlib/personal-data/finding.js";
import { makeRedactor, type RedactionOptions, type Redactor } from "#stdlib/personal-data/redact.js";
import { findJsonFault, lineAndColumnOf } from "#stdlib/sources/shared/json-place.js";
import { checkNestingDepth, parseJsonKeepingDigits } from "#stdlib/sources/shared/json-value.js";
import { detectCsvShape, type CsvShape } from "#stdlib/sources/shared/csv-shape.js";
import { splitLines } from "#stdlib/sources/shared/lines.js";
import { readTextPieces } from "#stdlib/sources/shared/text-file.js";
import { csv } from "#stdlib/sources/csv.run.js";
import { locateFile } from "#platform/files.js";

export interface RedactedRow {
  /** Findings in the searched column, or in all texts of the row, in order. */
  readonly findings: readonly PersonalDataFinding[];
  /** The column's redacted text. Absent if no column is named and the row has several. */
  readonly text?: string;
  /** The complete row in the file's format, with its line end. */
  readonly line: string;
  /** Set for the row of column names. */
  readonly header?: true;
}
export interface FileToRedact {
  readonly folder: string;
  readonly path: string;
  readonly column?: string | undefined;
  /** Searches one text per row: the column `text`, if no other is named and it exists. */
  readonly one?: boolean | undefined;
  /** Detected if absent. */
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
}

/** Throws the coded errors of the sources of text, JSON Lines and CSV, and `no-such-column`. */
export function redactFileRows(file: FileToRedact, how: RedactionOptions): AsyncGenerator<RedactedRow> {
  const ending = extname(file.path.toLowerCase().replace(/\.gz$/, ""));
  if (ending === ".jsonl" || ending === ".ndjson") return ofJsonLines(file, how);
  if (ending === ".csv" || ending === ".tsv") return ofCsv(file, how);
  return ofText(file, how);
}

async function textOf({ folder, path, encoding }: FileToRedact): Promise<AsyncIterable<string>> {
  return readTextPieces(await locateFile(folder, path), path, encoding ?? null);
}

async function* lines(file: FileToRedact): AsyncGenerator<string> {
  const { path } = file;
  const text = await textOf(file);
  let last: string | undefined;
  for await (const line of splitLines(text, path)) {
    if (last !== undefined) yield last;
    last = line;
  }
  // Text after the last line end counts as a line if it is not empty.
  if (last) yield last;
}

async function* ofText(file: FileToRedact, how: RedactionOptions): AsyncGenerator<RedactedRow> {
  if (file.column !== undefined)
    throw new CodedError("no-such-column", { file: file.path, column: file.column, has: [], near: null });
  for await (const line of lines(file)) {
    const { findings, text } = makeRedactor(how, () => line)(line);
    yield { findings, text, line: `${text}\n` };
  }
}

async function* ofJsonLines(file: FileToRedact, how: RedactionOptions): AsyncGenerator<RedactedRow> {
  let number = 0;
  let column = file.column;
  for await (const line of lines(file)) {
    number++;
    if (line.trim() === "") continue;
    const row = objectOf(line, file.path, number);
    if (column !== undefined && number === 1 && !(column in row)) throw noColumn(file, Object.keys(row));
    if (file.one) column ??= "text" in row ? "text" : undefined;
    const reporter = new Told(makeRedactor(how, () => line));
    const now = Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        column === undefined || key === column ? reporter.inside(value) : value,
      ]),
    );
    const { findings, text } = reporter.row();
    // A row without the column, or with a number in it, has no text in it.
    const redactedText =
      column === undefined ? text : (text ?? String((row[column] as string | number | null | undefined) ?? ""));
    yield { findings, ...(redactedText !== undefined && { text: redactedText }), line: `${JSON.stringify(now)}\n` };
  }
}

function objectOf(line: string, file: string, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJsonKeepingDigits(line);
  } catch (cause) {
    const fault = findJsonFault(line);
    if (!fault) throw cause;
    throw new CodedError(
      "broken-json",
      { file, line: number, column: lineAndColumnOf(line, fault.offset).column, why: fault.why },
      { cause },
    );
  }
  if (!isRecord(value))
    throw new CodedError("json-shape", {
      file,
      found: Array.isArray(value) ? "a list" : `a ${typeof value}`,
      row: number,
    });
  checkNestingDepth(value, file, number);
  return value;
}

/** Characters of a file used to detect its delimiter and quotation mark. */
const HEAD = 2 ** 16;

async function shapeOf(file: FileToRedact): Promise<CsvShape> {
  let head = "";
  for await (const piece of await textOf(file)) {
    head += piece;
    if (head.length >= HEAD) break;
  }
  return (await detectCsvShape(head, file.path, { ...(file.delimiter !== undefined && { delimiter: file.delimiter }) }))
    .shape;
}

/** The output has the format of the input. */
async function* ofCsv(file: FileToRedact, how: RedactionOptions): AsyncGenerator<RedactedRow> {
  const { delimiter, quote } = await shapeOf(file);
  const { encoding } = file;
  const call = {
    kind: "source",
    word: "csv",
    arguments: {
      path: file.path,
      delimiter,
      quote: quote ?? "none",
      header: "first",
      skip: 0,
      encoding: encoding ?? "utf-8",
    },
    held: ["delimiter", "quote", ...(encoding === undefined ? [] : ["encoding"])],
  };
  const written = (values: readonly string[]): string =>
    `${values.map((value) => quoted(value, { delimiter, quote })).join(delimiter)}\n`;
  let column = file.column;
  let names: readonly string[] | undefined;
  for await (const { columns, rows } of csv.stream?.(call, { folder: file.folder, live: () => undefined }) ?? []) {
    if (!names) {
      names = [...columns.keys()].filter((name) => name !== "$row");
      if (file.column !== undefined && !names.includes(file.column)) throw noColumn(file, names);
      if (file.one && names.includes("text")) column ??= "text";
      yield { findings: [], line: written(names), header: true };
    }
    for (let index = 0; index < rows; index++) {
      const values = names.map((name) => String((columns.get(name)?.[index] as string | null | undefined) ?? ""));
      const reporter = new Told(makeRedactor(how, () => values.join("\n")));
      const now = values.map((value, i) =>
        column === undefined || names?.[i] === column ? reporter.text(value) : value,
      );
      yield { ...reporter.row(), line: written(now) };
    }
  }
}

/** Without quotation marks in the file, values are written unquoted as in the input. */
function quoted(value: string, { delimiter, quote }: CsvShape): string {
  if (quote === null || !(value.includes(delimiter) || value.includes(quote) || /[\r\n]/.test(value))) return value;
  return `${quote}${value.replaceAll(quote, quote + quote)}${quote}`;
}

function noColumn({ path, column = "" }: FileToRedact, has: readonly string[]): CodedError {
  return new CodedError("no-such-column", { file: path, column, has, near: nearestWord(column, has) ?? null });
}

/** Redacts the texts of one row and collects the findings. */
class Told {
  private readonly findings: PersonalDataFinding[] = [];
  private readonly texts: string[] = [];
  constructor(private readonly redact: Redactor) {}

  text(text: string): string {
    const { findings, text: now } = this.redact(text);
    this.findings.push(...findings);
    this.texts.push(now);
    return now;
  }
  /** Card and phone numbers may be stored as numbers; other numbers are unchanged. */
  private number(value: number): unknown {
    const { findings, text } = this.redact(String(value));
    this.findings.push(...findings);
    return findings.length > 0 ? text : value;
  }
  inside(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") return this.number(value);
    if (Array.isArray(value)) return value.map((one) => this.inside(one));
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.inside(one)]))
      : value;
  }
  row(): Omit<RedactedRow, "line"> {
    const [text, more] = this.texts;
    return { findings: this.findings, ...(text !== undefined && more === undefined && { text }) };
  }
}
