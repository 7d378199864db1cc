/**
 * How a CSV file is split: by what is written, else by what its beginning shows. What isn't written is `,` between fields and
 * `"` around them where the first rows can be read so; else the one way in which all of them have equally many fields.
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
  /** Lines before it, from where reading began. */
  readonly before: number;
}
interface Beginning {
  readonly shape: CsvShape;
  readonly records: readonly CsvRecord[];
  /** They, or all that there are, can be read so. */
  readonly whole: boolean;
}
interface Found extends Beginning {
  /** What differs from the usual and wasn't written, in a few words each. */
  readonly notes: readonly string[];
}

const usual: CsvShape = { delimiter: ",", quote: '"' };
const delimiters = [",", ";", "\t", "|"];
const lineEnds = ["\r\n", "\n", "\r"];
/** Records by which a way of splitting is judged. */
const JUDGED = 20;
/** Share of them that are alike in a table with torn rows. */
const NEARLY = 0.75;

/** Coded error `wrong-delimiter`: with the one that is written there is one column, with another there are several. */
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

/** By another delimiter, where the rows can't be read by that at hand. */
async function otherwise(head: string, first: Beginning, file: string, written: Partial<CsvShape>): Promise<Beginning> {
  const single = first.records[0]?.record.length === 1;
  if (isEven(first) && !single) return first;
  const tried: Beginning[] = [];
  for (const delimiter of delimiters)
    if (delimiter !== first.shape.delimiter) tried.push(await beginning(head, { ...first.shape, delimiter }));
  const others = tried.filter(isTable);
  // With one column by the delimiter at hand, a torn row or a title is told as that: another column would be missing.
  const nearly = single && isEven(first) && written.delimiter === undefined ? tried.filter(isNearlyTable) : [];
  const [likely] = others.length > 0 ? others : nearly;
  // Rows of uneven length are split otherwise where that leaves no choice; else they are told as what they are.
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

/** `'` around fields: every row has a field that begins with it, none one that begins with `"`, and all can be read so. */
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

/** All records but a few have as many fields as the first; or the first ones are a title, in words, of a table that follows. */
function isNearlyTable({ records, whole }: Beginning): boolean {
  const width = records[0]?.record.length ?? 0;
  if (!whole || records.length < 4) return false;
  if (width > 1) return records.filter(({ record }) => record.length === width).length >= NEARLY * records.length;
  return titleLineCount(records) > 0 && /\S\s+\S/.test(records[0]?.record[0] ?? "");
}

/** Options of the parser. */
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

/** The first records. */
async function beginning(head: string, shape: CsvShape): Promise<Beginning> {
  const records: CsvRecord[] = [];
  let before = 0;
  const parser = parse({
    ...csvParserOptions(shape),
    // Not by the parser's own `to`: a browser's stand-in for streams knows no end before the last piece.
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

/** Resolves when the parser says that, or that it failed. */
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

/** Lines before the first of at least three records that have equally many fields to the end, and more than those before. */
export function titleLineCount(found: readonly CsvRecord[]): number {
  const width = found.at(-1)?.record.length ?? 0;
  const first = found.findLastIndex(({ record }) => record.length !== width) + 1;
  const isTitle = found.slice(0, first).every(({ record }) => record.length < width);
  return isTitle && found.length - first >= 3 ? (found[first]?.before ?? 0) : 0;
}
