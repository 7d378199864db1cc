/** Notebooks as files, nbformat 4.5: validated on reading, written atomically, with texts as lists of lines. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "#kernel/fetch/disk.js";
import {
  objectWith,
  parseJsonAs,
  schemaGuard,
  optionalUnknown,
  SchemaMismatch,
  type JsonRecord,
} from "../../../fetch/json.js";
import type { NotebookOutput } from "./outputs.js";
import { readNamedText } from "../../../fetch/regular.js";

export interface CodeCell {
  readonly cell_type: "code";
  readonly id: string;
  metadata: Record<string, unknown>;
  source: string;
  /** Outputs read from the file stay as they were written. */
  outputs: (NotebookOutput | JsonRecord)[];
  execution_count: number | null;
}
export interface NonCodeCell {
  readonly cell_type: "markdown" | "raw";
  readonly id: string;
  metadata: Record<string, unknown>;
  source: string;
  attachments?: unknown;
}
export type Cell = CodeCell | NonCodeCell;
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
}

/** Maximum bytes of a notebook; outputs with images are long. */
const largest = 256 * 2 ** 20;

/** Rejects with `notebook-missing`, `unreadable-file`, `file-too-large` or `notebook-unreadable`. */
export async function readNotebook(file: string): Promise<Notebook> {
  const text = readNamedText(file, file, {
    most: largest,
    missing: () => new CodedError("notebook-missing", { file }),
  });
  const unreadable = (why: string, cause?: unknown): CodedError =>
    new CodedError("notebook-unreadable", { file, why }, { cause });
  let parsed: v.InferOutput<typeof notebookFile>;
  try {
    parsed = parseJsonAs(text.replace(/^\uFEFF/, ""), notebookFile);
  } catch (error) {
    if (!(error instanceof SchemaMismatch)) throw error;
    const { why, cause } = error;
    throw unreadable(cause instanceof SyntaxError ? cause.message : why, cause ?? error);
  }
  const taken = new Set<string>();
  return {
    cells: parsed.cells.map((cell, i) => {
      if (!isCell(cell)) throw unreadable(`cell ${i + 1} is not a code, markdown or raw cell`);
      return readCell(cell, taken);
    }),
    metadata: isRecord(parsed.metadata) ? { ...parsed.metadata } : {},
  };
}

/**
 * Replaces `file` atomically: a reader sees the old notebook or the new one. Makes its folder. Rejects with
 * `disk-full`, `cannot-write`.
 */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code"
      ? { ...cell, source: lines(cell.source), outputs: cell.outputs.map(writtenOutput) }
      : { ...cell, source: lines(cell.source) },
  );
  const whole = { cells, metadata: notebook.metadata, nbformat: 4, nbformat_minor: 5 };
  try {
    if (!existsSync(dirname(file))) await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, `${JSON.stringify(whole, null, 1)}\n`);
  } catch (error) {
    throw diskError(error, file);
  }
}

export function newCodeCell(source: string, metadata: Record<string, unknown>): CodeCell {
  return { cell_type: "code", id: freshId(), metadata, source, outputs: [], execution_count: null };
}

export function tagsOf(cell: Cell): readonly string[] {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

/** The format version is checked first; with another one, no other errors are reported. */
const notebookFile = v.pipe(
  v.custom<JsonRecord>(isRecord, "it holds no JSON object"),
  v.check(
    ({ nbformat }) => nbformat === 4,
    ({ input }) => `its nbformat is ${JSON.stringify(input["nbformat"])}, not 4`,
  ),
  v.looseObject(
    { cells: v.array(v.unknown(), "it has no list of cells"), metadata: optionalUnknown },
    "it has no list of cells",
  ),
);
const cellSchema = objectWith({
  cell_type: v.picklist(["code", "markdown", "raw"]),
  source: v.union([v.string(), v.array(v.string())]),
  id: optionalUnknown,
  metadata: optionalUnknown,
  execution_count: optionalUnknown,
  outputs: optionalUnknown,
  attachments: optionalUnknown,
});
type WrittenCell = v.InferOutput<typeof cellSchema>;
const isCell = schemaGuard<WrittenCell>(cellSchema);

function readCell(cell: WrittenCell, taken: Set<string>): Cell {
  const { cell_type: kind, id: written, attachments } = cell;
  const source = sourceText(cell.source);
  const usable = typeof written === "string" && /^[\w-]{1,64}$/.test(written) && !taken.has(written);
  const id = usable ? written : freshId();
  taken.add(id);
  const metadata = isRecord(cell.metadata) ? { ...cell.metadata } : {};
  if (kind === "code") {
    const count = cell.execution_count;
    const outputs = Array.isArray(cell.outputs) ? cell.outputs.filter(isRecord) : [];
    return {
      cell_type: kind,
      id,
      metadata,
      source,
      outputs,
      execution_count: typeof count === "number" ? count : null,
    };
  }
  return { cell_type: kind, id, metadata, source, ...(attachments === undefined ? {} : { attachments }) };
}

function sourceText(source: string | readonly string[]): string {
  return typeof source === "string" ? source : source.join("");
}

function writtenOutput(output: NotebookOutput | JsonRecord): JsonRecord {
  const { output_type: type, text, data }: JsonRecord = output;
  if (type === "stream") return { ...output, text: typeof text === "string" ? lines(text) : text };
  return isRecord(data) ? { ...output, data: writtenBundle(data) } : output;
}

/** Converts texts to lists of lines; JSON stays unchanged. */
function writtenBundle(data: JsonRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [type, typeof value === "string" ? lines(value) : value]),
  );
}

function lines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function freshId(): string {
  return randomBytes(4).toString("hex");
}
