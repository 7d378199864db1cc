/**
 * Runs a notebook without a browser: cell after cell in a real kernel, writing the executed notebook as it grows. A
 * failing cell ends the run (unless it is tagged `raises-exception`); the file has all outputs until then.
 */
import { dirname, resolve } from "node:path";
import { startKernel, type KernelClient, type StartOptions } from "./client.js";
import { readNotebook, tagsOf, writeNotebook, type CodeCell, type Notebook } from "./notebook-file.js";
import { injectParameters, type ParameterTexts } from "./parameters.js";
import type { NotebookOutput } from "./outputs.js";

/** Seconds for an interrupted training to write its checkpoint: a step of a large model takes some time. */
const PATIENCE = 60;

export interface NotebookOptions {
  readonly out: string;
  readonly parameters?: ParameterTexts;
  /** Preserves the injected-parameters cell if no parameters are given. */
  readonly keepInjected?: boolean;
  readonly start?: StartOptions;
  /** Interrupts the running cell; the run ends after it. */
  readonly signal?: AbortSignal;
  readonly onStart?: (cell: CellPosition) => void;
  readonly onOutput?: (cell: CellPosition, outputs: readonly NotebookOutput[]) => void;
  readonly onEnd?: (cell: CellPosition, outcome: { readonly status: string; readonly seconds: number }) => void;
  /** Receives parameters without a default in the notebook. */
  readonly onUnknown?: (names: readonly string[]) => void;
}
export interface CellPosition {
  readonly source: string;
  /** Index among the notebook's code cells, from 1. */
  readonly number: number;
  readonly total: number;
}
export interface NotebookRunResult {
  readonly ok: boolean;
  readonly notebook: Notebook;
  readonly seconds: number;
  readonly failed:
    | (CellPosition & { readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] })
    | null;
}

const INTERRUPTED = { ename: "Interrupted", evalue: "the run was interrupted", traceback: [] } as const;

export async function runNotebook(file: string, options: NotebookOptions): Promise<NotebookRunResult> {
  const begun = new Date();
  const notebook = await readNotebook(file);
  const unknown = injectParameters(notebook, options.parameters ?? {}, { keep: options.keepInjected === true });
  if (unknown.length > 0) options.onUnknown?.(unknown);
  const cells = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  for (const cell of cells) Object.assign(cell, { outputs: [], execution_count: null });
  const kernel = await startKernel({ cwd: dirname(resolve(file)), ...options.start });
  const writer = new Writer(options.out, notebook);
  const isStopped = (): boolean => options.signal?.aborted === true;
  const interrupt = (): void => void kernel.interrupt().catch(() => undefined);
  options.signal?.addEventListener("abort", interrupt, { once: true });
  let failed: NotebookRunResult["failed"] = null;
  let shut = false;
  try {
    describeKernel(notebook, kernel);
    for (const [i, cell] of cells.entries()) {
      if (cell.source.trim() === "") continue;
      const cellPosition = { source: cell.source, number: i + 1, total: cells.length };
      // While the kernel was starting there was nothing to interrupt.
      if (isStopped()) {
        failed = { ...cellPosition, ...INTERRUPTED };
        break;
      }
      const error = await runCell(kernel, cell, cellPosition, writer, options);
      if (error !== null && !tagsOf(cell).includes("raises-exception")) {
        failed = { ...cellPosition, ...error };
        break;
      }
      if (isStopped()) {
        failed = { ...cellPosition, ...INTERRUPTED };
        break;
      }
    }
    await kernel.shutdown(false, PATIENCE);
    shut = true;
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
    if (!shut) await kernel.kill();
    describeRun(notebook, file, options, begun, failed !== null || !shut);
    await writer.now();
  }
  return { ok: failed === null, notebook, seconds: (Date.now() - begun.getTime()) / 1000, failed };
}

async function runCell(
  kernel: KernelClient,
  cell: CodeCell,
  cellPosition: CellPosition,
  writer: Writer,
  options: NotebookOptions,
): Promise<{ ename: string; evalue: string; traceback: readonly string[] } | null> {
  const begun = Date.now();
  options.onStart?.(cellPosition);
  const execution = await kernel.execute(cell.source, {
    allowStdin: false,
    onOutput: (outputs) => {
      cell.outputs = [...outputs];
      writer.soon();
      options.onOutput?.(cellPosition, outputs);
    },
  });
  cell.outputs = [...execution.outputs];
  cell.execution_count = execution.count;
  cell.metadata["execution"] = {
    "iopub.execute_input": new Date(begun).toISOString(),
    "shell.execute_reply": new Date().toISOString(),
  };
  await writer.now();
  options.onEnd?.(cellPosition, { status: execution.status, seconds: (Date.now() - begun) / 1000 });
  if (execution.status === "ok") return null;
  const { ename, evalue, traceback } = execution.reply;
  return {
    ename: String(ename ?? execution.status),
    evalue: String(evalue ?? ""),
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}

function describeKernel(notebook: Notebook, kernel: KernelClient): void {
  const language = kernel.info["language_info"] as Record<string, unknown> | undefined;
  notebook.metadata["kernelspec"] ??= {
    name: "tunebook",
    display_name: "Tunebook",
    language: language?.["name"] ?? "typescript",
  };
  if (language !== undefined) notebook.metadata["language_info"] = language;
}

/** Adds the metadata that papermill writes to the notebooks it runs. */
function describeRun(
  notebook: Notebook,
  file: string,
  options: NotebookOptions,
  begun: Date,
  exception: boolean,
): void {
  const ended = new Date();
  notebook.metadata["papermill"] = {
    parameters: { ...options.parameters },
    input_path: file,
    output_path: options.out,
    start_time: begun.toISOString(),
    end_time: ended.toISOString(),
    duration: (ended.getTime() - begun.getTime()) / 1000,
    exception,
  };
}

/** Writes the growing notebook: at once after a cell, at most every two seconds within one; one write at a time. */
class Writer {
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  constructor(
    private readonly file: string,
    private readonly notebook: Notebook,
  ) {}

  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // A failed write will fail again at the end of the cell and is reported then.
      void this.write().catch(() => undefined);
    }, 2000);
  }
  now(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    return this.write();
  }
  private write(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => writeNotebook(this.file, this.notebook));
    return this.writing;
  }
}
