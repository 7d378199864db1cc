/** Notebooks as files, nbformat 4.5: read with suspicion, written whole or not at all, texts as lists of lines. */
import { randomBytes } from "node:crypto";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { diskError } from "#kernel/fetch/disk.js";
import type { Output } from "./outputs.js";
import { textOfNamed } from "../../fetch/regular.js";
import "./codes.js";

export interface CodeCell {
  readonly cell_type: "code";
  readonly id: string;
  metadata: Record<string, unknown>;
  source: string;
  outputs: Output[];
  execution_count: number | null;
}
export interface OtherCell {
  readonly cell_type: "markdown" | "raw";
  readonly id: string;
  metadata: Record<string, unknown>;
  source: string;
  attachments?: unknown;
}
export type Cell = CodeCell | OtherCell;
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
}

/** Bytes of a notebook; outputs with pictures are long. */
const largest = 256 * 2 ** 20;

/** Rejects with `notebook-missing`, `unreadable-file`, `file-too-large` or `notebook-unreadable`. */
export async function readNotebook(file: string): Promise<Notebook> {
  const text = textOfNamed(file, file, { most: largest, missing: () => new CodedError("notebook-missing", { file }) });
  const unreadable = (why: string, cause?: unknown): CodedError =>
    new CodedError("notebook-unreadable", { file, why }, { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
  if (!isRecord(parsed)) throw unreadable("it holds no JSON object");
  if (parsed["nbformat"] !== 4) throw unreadable(`its nbformat is ${JSON.stringify(parsed["nbformat"])}, not 4`);
  if (!Array.isArray(parsed["cells"])) throw unreadable("it has no list of cells");
  const taken = new Set<string>();
  return {
    cells: parsed["cells"].map((cell: unknown, i) => {
      const read = isRecord(cell) ? readCell(cell, taken) : null;
      if (read === null) throw unreadable(`cell ${i + 1} is not a code, markdown or raw cell`);
      return read;
    }),
    metadata: isRecord(parsed["metadata"]) ? { ...parsed["metadata"] } : {},
  };
}

/** Replaces `file` in one step: a reader sees the old notebook or the new one. Rejects with `disk-full`. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code"
      ? { ...cell, source: lines(cell.source), outputs: cell.outputs.map(writtenOutput) }
      : { ...cell, source: lines(cell.source) },
  );
  const whole = { cells, metadata: notebook.metadata, nbformat: 4, nbformat_minor: 5 };
  await writeFileAtomic(file, `${JSON.stringify(whole, null, 1)}\n`).catch((error: unknown) => {
    throw diskError(error, file);
  });
}

export function newCodeCell(source: string, metadata: Record<string, unknown>): CodeCell {
  return { cell_type: "code", id: freshId(), metadata, source, outputs: [], execution_count: null };
}

export function tagsOf(cell: Cell): readonly string[] {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) ? tags.map(String) : [];
}

function readCell(cell: Record<string, unknown>, taken: Set<string>): Cell | null {
  const kind = cell["cell_type"];
  const source = textOf(cell["source"]);
  if (source === null || (kind !== "code" && kind !== "markdown" && kind !== "raw")) return null;
  const written = cell["id"];
  const usable = typeof written === "string" && /^[\w-]{1,64}$/.test(written) && !taken.has(written);
  const id = usable ? written : freshId();
  taken.add(id);
  const metadata = isRecord(cell["metadata"]) ? { ...cell["metadata"] } : {};
  if (kind === "code") {
    const count = cell["execution_count"];
    const outputs = Array.isArray(cell["outputs"]) ? (cell["outputs"] as Output[]) : [];
    return {
      cell_type: kind,
      id,
      metadata,
      source,
      outputs,
      execution_count: typeof count === "number" ? count : null,
    };
  }
  const { attachments } = cell;
  return { cell_type: kind, id, metadata, source, ...(attachments === undefined ? {} : { attachments }) };
}

function textOf(source: unknown): string | null {
  if (typeof source === "string") return source;
  return Array.isArray(source) ? source.map(String).join("") : null;
}

function writtenOutput(output: Output): unknown {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  return "data" in output ? { ...output, data: writtenBundle(output.data) } : output;
}

/** Texts as lists of lines; what is JSON stays as it is. */
function writtenBundle(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [type, typeof value === "string" ? lines(value) : value]),
  );
}

function lines(text: string | readonly string[]): readonly string[] {
  return typeof text === "string" ? (text.match(/[^\n]*\n|[^\n]+/g) ?? []) : text;
}

function freshId(): string {
  return randomBytes(4).toString("hex");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
