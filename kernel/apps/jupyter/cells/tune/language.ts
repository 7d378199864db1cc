/**
 * Runs Tune cells for the interpreter: compiles a cell with the cells before it, runs its actions, and reports errors
 * as diagnostics at their position in the cell.
 */
import { escapeControlCharacters } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Facts } from "#dsl/language/types/facts.js";
import type { Value } from "#dsl/language/types/value.js";
import { isTuneCell, withoutMagic } from "#dsl/language/syntax/cell.js";
import type { SessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import { registry } from "#stdlib/registry.js";
import { diagnosticsView } from "../../../../display/diagnostics.js";
import { diagnosticsOf } from "../../../../session/diagnostics-of.js";
import { runsFolderBeside } from "../../../../runs/default-folder.js";
import { TuneSession } from "../../../../features/tune-session.js";
import { type ControlsHost, type AnnotationHost } from "../../../../session/execution-context.js";
import { registerComm } from "../../ports/comm-targets.js";
import { annotationHost } from "./annotate-comm.js";
import { sweepControlsHost } from "./sweep-comm.js";
import type { ExecuteOutcome } from "../../ports/execute-outcome.js";
import type { CellLanguage, ExecuteRequest, SessionNames } from "../interpreter.js";

export interface TuneLanguageOptions {
  /** Folder of the notebook. */
  readonly folder: string;
  /** Folder of all runs; defaults to one next to the notebook. */
  readonly runs?: string;
  /** Set when a notebook is verified: folder for everything that would be written outside the folder of runs. */
  readonly verifying?: string;
  readonly parameters?: Readonly<Record<string, Value>>;
  /** Words of the package and those defined by TypeScript cells. */
  readonly vocabulary?: SessionVocabulary;
  /** Called after each cell with the sources run so far and the known facts, for the assistant. */
  readonly onSources?: (sources: readonly Source[], facts: Facts) => void;
}
export interface TuneLanguage extends CellLanguage {
  close(): Promise<void>;
}

export function createTuneLanguage(options: TuneLanguageOptions): TuneLanguage {
  const verbs = registry.verbs().map((verb) => verb.name);
  let session: TuneSession | null = null;
  let annotations: AnnotationHost | null = null;
  let controls: ControlsHost | null = null;
  const sessionFor = (names: SessionNames) =>
    (session ??= new TuneSession({
      folder: options.folder,
      runs: options.runs ?? runsFolderBeside(options.folder),
      names,
      ...(options.vocabulary && { vocabulary: options.vocabulary }),
      ...(options.verifying !== undefined && { verifying: options.verifying }),
      annotations: (annotations ??= annotationHost(registerComm)),
      controls: (controls ??= sweepControlsHost(registerComm)),
    }));
  return {
    name: "tune",
    owns: (code) => isTuneCell(code, verbs),
    execute: (request, context) => executeCell(sessionFor(context.names), request, context, options),
    close: async () => session?.close(),
  };
}

async function executeCell(
  session: TuneSession,
  request: ExecuteRequest,
  context: { readonly signal: AbortSignal; readonly names: SessionNames },
  options: TuneLanguageOptions,
): Promise<ExecuteOutcome> {
  const title = `cell ${request.cell}`;
  const { code, cell, cellId } = request;
  const source: Source = { id: title, title, text: withoutMagic(code), cell, ...(cellId !== undefined && { cellId }) };
  const hostContext = {
    folder: options.folder,
    parameters: options.parameters ?? {},
    live: (name: string) => context.names.get(name),
    typescript: () => context.names.typescript(),
    signal: context.signal,
  };
  const sources = () => [...session.earlier.filter((s) => s.id !== source.id), source];
  try {
    await session.run(source, { screen: request.output, hostContext, signal: context.signal }, (warnings) =>
      request.output.display(diagnosticsView(warnings, sources())),
    );
    return { status: "ok", userExpressions: {} };
  } catch (error) {
    return tuneFailure(error, sources());
  } finally {
    options.onSources?.(session.earlier, session.known);
  }
}

/** Formats an error for Jupyter: the traceback is the rendered diagnostic, without our own frames. */
export function tuneFailure(error: unknown, sources: readonly Source[]): ExecuteOutcome {
  const diagnostics = diagnosticsOf(error, sources);
  if (diagnostics.length === 0) {
    if (error instanceof Error && error.name === "AbortError")
      return { status: "error", ename: "Interrupted", evalue: "interrupted", traceback: ["Interrupted"] };
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      status: "error",
      ename: "TunebookError",
      evalue: escapeControlCharacters(what),
      traceback: [
        `Tunebook failed: ${escapeControlCharacters(what)}`,
        ...(error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6) : []),
      ],
    };
  }
  const errors = diagnostics.filter((d) => d.severity === "error");
  const first = errors[0] ?? diagnostics[0]!;
  const interrupted = first.code === "interrupted";
  return {
    status: "error",
    ename: interrupted ? "Interrupted" : "TuneError",
    evalue: errors.length > 1 ? `${errors.length} errors, the first: ${first.code}` : String(first.code),
    traceback: renderAnsi(diagnostics, sources, { color: true }).split("\n"),
  };
}
