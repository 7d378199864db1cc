/** Reads predictions from a file: one row each, as JSON Lines, a JSON array or a CSV/TSV table. */
import { open } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { RawPredictionRow, AnswersFile } from "./answers.js";

/** Column names, if they differ from the defaults. */
export interface AnswerColumns {
  readonly truth?: string | undefined;
  readonly predicted?: string | undefined;
  readonly probabilities?: string | undefined;
  /** Column with the rows' input text, for scores by length and by language. */
  readonly text?: string | undefined;
}
const TEXTS = ["reference", "references", "target"];
const TRUTH = ["truth", ...TEXTS, "label"];
const READ = ["text", "input", "question", "prompt"];
const PREDICTED = ["predicted", "prediction", "answer", "written", "output"];

/** Access to the other columns of a file. */
export interface AnswersFileColumnReader {
  readonly has: readonly string[];
  /** Throws the coded error `no-answers`. */
  values(column: string): readonly unknown[];
  /** Returns the rows' input texts. Throws the coded error `no-answers`. */
  texts(): readonly string[];
}

/** Throws the coded errors of the JSON Lines and CSV sources, and `no-answers`. */
export async function readAnswersFile(
  folder: string,
  path: string,
  columns: AnswerColumns,
): Promise<AnswersFile & { readonly beside: AnswersFileColumnReader; readonly notes: readonly string[] }> {
  const ending = extname(path.toLowerCase().replace(/\.gz$/, ""));
  const table = ending === ".csv" || ending === ".tsv";
  const array = !table && (await beginsAsArray(resolve(folder, path)));
  const call = {
    kind: "source",
    word: table ? "csv" : array ? "json" : "jsonl",
    arguments: table
      ? { path, delimiter: ending === ".tsv" ? "\t" : ",", quote: '"', header: "first", skip: 0, encoding: "utf-8" }
      : { path, encoding: "utf-8", ...(array && { rows: null }) },
  };
  const notes: string[] = [];
  const source = await loadImplementation(call, "source");
  const read = await source.open(call, {
    folder,
    live: () => undefined,
    found: (file, what) => void notes.push(`${file}: ${what}`),
  });
  const has = read.columnNames().filter((name) => name !== "$row");
  const column = (
    requested: string | undefined,
    usual: readonly string[],
    wants: string | null,
  ): string | undefined => {
    const name = requested ?? usual.find((one) => has.includes(one));
    if (name !== undefined && has.includes(name)) return name;
    if (requested === undefined && wants === null) return undefined;
    throw new CodedError("no-answers", {
      file: path,
      wants: requested ?? wants ?? "",
      has,
      usual: requested === undefined,
    });
  };
  const truth = column(columns.truth, TRUTH, "`truth`");
  const probabilities = column(columns.probabilities, ["probabilities"], null);
  const predicted = column(columns.predicted, PREDICTED, probabilities === undefined ? "`predicted`" : null);
  const values = (name: string | undefined): readonly unknown[] | null =>
    name === undefined ? null : Array.from(read.array(name) as Iterable<unknown>);
  const cells = [values(truth), values(predicted)] as const;
  // Cells are parsed as lists only if both columns contain nothing else: `["refund"]` may also be a label's name.
  const [right, predictions] =
    table && cells.every((column) => column === null || areLists(column))
      ? cells.map((column) => column?.map(asWritten) ?? null)
      : cells;
  const shares = table ? values(probabilities)?.map(asWritten) : values(probabilities);
  const rows = (right ?? []).map((one, i): RawPredictionRow => ({
    truth: one,
    predicted: predictions?.[i],
    probabilities: shares?.[i],
  }));
  const beside: AnswersFileColumnReader = {
    has,
    values: (name) => values(column(name, [], null)) ?? [],
    texts: () => (values(column(columns.text, READ, "`text`")) ?? []).map((text) => String(text ?? "")),
  };
  return { file: path, rows, texts: TEXTS.includes(truth ?? ""), beside, notes };
}

/** Whether each cell is a list in JSON. */
function areLists(column: readonly unknown[]): boolean {
  return column.every((cell) => Array.isArray(asWritten(cell)));
}

/**
 * Parses probabilities and lists that a table cell holds as JSON; anything else is returned unchanged and is an error
 * of its row.
 */
function asWritten(cell: unknown): unknown {
  if (typeof cell !== "string" || cell.trim() === "") return null;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}

/** Rows of JSON Lines are objects: a file that begins with a bracket is one JSON array. */
async function beginsAsArray(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return /^[\ufeff\s]*\[/.test(buffer.toString("utf8", 0, bytesRead));
  } catch {
    // The source reports a file that cannot be read.
    return false;
  } finally {
    await file.close();
  }
}
