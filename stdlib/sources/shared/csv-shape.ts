/**
 * Detects how a CSV file is split: by the parameters given, else from its beginning. The defaults are `,` between
 * fields and `"` as quotes, if the first rows can be read so; else the one way in which all rows have the same number
 * of fields.
 */
import { parse, type Parser } from "csv-parse";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { delimiterText } from "./codes.js";

export interface CsvShape {
  readonly delimiter: string;
  readonly quote: string | null;
}
export interface CsvRecord {
  readonly record: readonly string[];
  /** Number of lines before the record, counted from where reading began. */
  readonly before: number;
}
interface Beginning {
  readonly shape: CsvShape;
  readonly records: readonly CsvRecord[];
  /** Whether the first `JUDGED` records, or all if there are fewer, parse without an error. */
  readonly whole: boolean;
}
interface Found extends Beginning {
  /** Short descriptions of what differs from the defaults and was not given. */
  readonly notes: readonly string[];
}

const usual: CsvShape = { delimiter: ",", quote: '"' };
const delimiters = [",", ";", "\t", "|"];
const lineEnds = ["\r\n", "\n", "\r"];
/** Number of records used to detect the shape. */
const JUDGED = 20;
/** Minimum share of those records with equally many fields in a table with some ragged rows. */
const NEARLY = 0.75;

/** Coded error `wrong-delimiter`: the given delimiter finds one column, another one finds several. */
export async function detectCsvShape(head: string, file: string, written: Partial<CsvShape>): Promise<Found> {
  const first = await beginning(head, { ...usual, ...written });
  const quoted = written.quote === undefined ? await singleQuoted(head, first, written) : undefined;
  const likely = quoted ?? (await otherwise(head, first, file, written));
  const { delimiter, quote } = likely.shape;
  return {
    ...likely,
    notes: [
      ...(delimiter !== first.shape.delimiter && !(delimiter === "\t" && /\.tsv(\.\w+)?$/i.test(file))
        ? [`${delimiterText(delimiter)} between fields`]
        : []),
      ...(quote !== first.shape.quote ? [`${quote ?? "nothing"} around them`] : []),
    ],
  };
}

/** Tries the other delimiters if the first one does not give an even table. */
async function otherwise(head: string, first: Beginning, file: string, written: Partial<CsvShape>): Promise<Beginning> {
  const single = first.records[0]?.record.length === 1;
  if (isEven(first) && !single) return first;
  const tried: Beginning[] = [];
  for (const delimiter of delimiters)
    if (delimiter !== first.shape.delimiter) tried.push(await beginning(head, { ...first.shape, delimiter }));
  const others = tried.filter(isTable);
  // If the default delimiter finds one column, a nearly even table by another one is accepted. Its ragged row or title
  // is then reported as such, instead of a missing column.
  const nearly = single && isEven(first) && written.delimiter === undefined ? tried.filter(isNearlyTable) : [];
  const [likely] = others.length > 0 ? others : nearly;
  // Ragged rows are split by another delimiter only if exactly one fits. Otherwise they are reported as ragged.
  if (!likely || (!single && (others.length > 1 || titleLineCount(first.records) > 0))) return first;
  if (written.delimiter === undefined) return likely;
  if (!single) return first;
  throw new CodedError("wrong-delimiter", {
    file,
    delimiter: written.delimiter,
    likely: likely.shape.delimiter,
    columns: likely.records[0]?.record ?? [],
  });
}

/**
 * Detects `'` as quotes: every row has a field that begins with `'`, no row has one that begins with `"`, and all rows
 * parse.
 */
async function singleQuoted(
  head: string,
  first: Beginning,
  written: Partial<CsvShape>,
): Promise<Beginning | undefined> {
  const tried = written.delimiter === undefined ? delimiters : [written.delimiter];
  for (const delimiter of tried) {
    const begins = (line: string, quote: string): boolean =>
      line.startsWith(quote) || line.includes(`${delimiter}${quote}`);
    const lines = head.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
    const rows = lines.slice(1, JUDGED);
    if (rows.length === 0 || !rows.every((line) => begins(line, "'"))) continue;
    if (rows.some((line) => begins(line, '"'))) continue;
    const other = await beginning(head, { delimiter, quote: "'" });
    if (isTable(other) || (isEven(other) && other.whole && first.records[0]?.record.length === 1)) return other;
  }
  return undefined;
}

function isEven({ records }: Beginning): boolean {
  return records.every(({ record }) => record.length === records[0]?.record.length);
}
function isTable(one: Beginning): boolean {
  return (one.records[0]?.record.length ?? 0) > 1 && isEven(one) && one.whole;
}

/**
 * Checks whether nearly all records have as many fields as the first, or whether the first ones are a title of several
 * words above a table.
 */
function isNearlyTable({ records, whole }: Beginning): boolean {
  const width = records[0]?.record.length ?? 0;
  if (!whole || records.length < 4) return false;
  if (width > 1) return records.filter(({ record }) => record.length === width).length >= NEARLY * records.length;
  return titleLineCount(records) > 0 && /\S\s+\S/.test(records[0]?.record[0] ?? "");
}

export function csvParserOptions({ delimiter, quote }: CsvShape) {
  return {
    delimiter,
    quote,
    escape: quote,
    record_delimiter: lineEnds,
    relax_column_count: true,
    skip_empty_lines: true,
  };
}

/** Parses the first records. */
async function beginning(head: string, shape: CsvShape): Promise<Beginning> {
  const records: CsvRecord[] = [];
  let before = 0;
  const parser = parse({
    ...csvParserOptions(shape),
    // The parser's own `to` is not used: with a browser's stream polyfill it does not end before the last piece.
    on_record: (record: string[], info: { lines: number }) => {
      if (records.length < JUDGED) records.push({ record, before });
      before = info.lines;
      return null;
    },
  });
  let failed = false;
  parser.on("error", () => (failed = true));
  const ended = Promise.race([waitForParser(parser, "end"), waitForParser(parser, "close")]);
  parser.resume();
  parser.end(head);
  await ended;
  destroyParser(parser);
  return { shape, records, whole: !failed || records.length >= JUDGED };
}

/** Resolves when the parser emits this event or an error. */
export function waitForParser(parser: Parser, event: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    parser.once(event, done);
    parser.once("error", done);
  });
}

export function destroyParser(parser: Parser): void {
  parser.destroy();
}

/**
 * Returns the number of title lines. The table starts at the first of at least three final records with equally many
 * fields; each title line has fewer fields than that.
 */
export function titleLineCount(found: readonly CsvRecord[]): number {
  const width = found.at(-1)?.record.length ?? 0;
  const first = found.findLastIndex(({ record }) => record.length !== width) + 1;
  const isTitle = found.slice(0, first).every(({ record }) => record.length < width);
  return isTitle && found.length - first >= 3 ? (found[first]?.before ?? 0) : 0;
}
