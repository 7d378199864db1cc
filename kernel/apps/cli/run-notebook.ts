/** Runs a notebook and prints a line per cell; a terminal also shows the latest line of the running cell. */
import { stripVTControlCharacters } from "node:util";
import { runNotebook, type CellPosition, type NotebookRunResult } from "#kernel/apps/jupyter/client/notebook.js";
import { readNotebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import type { NotebookOutput } from "#kernel/apps/jupyter/client/outputs.js";
import { resolveRunsOption, type RunOptions } from "./run-options.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { runUntilInterrupted } from "./interrupted.js";
import { reportUnknownParameters, unknownNotebookParameters } from "#kernel/apps/checking/unknown-parameters.js";

export async function runNotebookCommand(file: string, options: RunOptions): Promise<number> {
  const out = options.out ?? file.replace(/\.ipynb$/, ".executed.ipynb");
  const runs = resolveRunsOption(options);
  const { diagnostics, source } = unknownNotebookParameters(options.parameter, await readNotebook(file));
  if (reportUnknownParameters(diagnostics, [source])) return 1;
  const screen = new CellScreen(process.stderr);
  const { result, interrupted } = await runUntilInterrupted((signal) =>
    runNotebook(file, {
      out,
      parameters: options.parameter,
      signal,
      start: { ...(runs === undefined ? {} : { env: { TUNEBOOK_RUNS: runs } }) },
      onStart: (cell) => screen.start(cell),
      onOutput: (cell, outputs) => screen.output(cell, outputs),
      onEnd: (cell, outcome) => screen.end(cell, outcome),
      onUnknown: (names) => screen.line(`note: the notebook states no default for ${names.join(", ")}`),
    }),
  );
  screen.line(summary(result, out));
  if (interrupted) return 130;
  return result.ok ? 0 : 1;
}

function summary({ ok, failed, seconds }: NotebookRunResult, out: string): string {
  if (ok) return `${out}: done in ${seconds.toFixed(1)} s`;
  const where = `cell ${failed?.number ?? "?"} of ${failed?.total ?? "?"}`;
  const failureLines = failed?.traceback.length
    ? failed.traceback.join("\n")
    : `${failed?.ename ?? ""}: ${failed?.evalue ?? ""}`;
  return `${failureLines}\n${out}: ${where} failed after ${seconds.toFixed(1)} s`;
}

class CellScreen {
  private shown = "";
  private last = 0;
  constructor(private readonly stream: NodeJS.WriteStream) {}

  start(cell: CellPosition): void {
    if (this.stream.isTTY) this.live(title(cell));
  }
  output(cell: CellPosition, outputs: readonly NotebookOutput[]): void {
    if (!this.stream.isTTY || Date.now() - this.last < 100) return;
    this.last = Date.now();
    this.live(`${title(cell)}  ${lastLine(outputs)}`);
  }
  end(cell: CellPosition, { status, seconds }: { readonly status: string; readonly seconds: number }): void {
    this.line(`${title(cell)}  ${status} ${seconds.toFixed(1)} s`);
  }
  line(text: string): void {
    this.live("");
    // A kernel always colours its error messages, so colours are removed where the stream has none.
    this.stream.write(`${usesColour(this.stream) ? text : stripVTControlCharacters(text)}\n`);
  }
  /** Shows one line that the next one overwrites. */
  private live(text: string): void {
    if (this.shown !== "") this.stream.write("\r\u001b[2K");
    // Truncates text without escape sequences, as a truncated sequence would leave the colour on.
    const plain = stripVTControlCharacters(text);
    this.shown = this.stream.isTTY ? plain.slice(0, (this.stream.columns || 80) - 1) : "";
    this.stream.write(this.shown);
  }
}

function title({ source, number, total }: CellPosition): string {
  const first = source.split("\n").find((line) => line.trim() !== "" && !/^\s*(\/\/|#|%%)/.test(line)) ?? "";
  return `[${number}/${total}] ${first.trim().slice(0, 60)}`;
}

function lastLine(outputs: readonly NotebookOutput[]): string {
  const output = outputs.at(-1);
  const plain =
    output === undefined || output.output_type === "error"
      ? ""
      : "text" in output
        ? output.text
        : output.data["text/plain"];
  const lines = String(plain ?? "").split("\n");
  return (lines.reverse().find((line) => line.trim() !== "") ?? "").trim();
}
