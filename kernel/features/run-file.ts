/**
 * Runs a `.tune` file from the command line: notebook output is printed as plain text, with live lines on a terminal.
 */
import { basename, dirname, relative, resolve } from "node:path";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import type { Value } from "#dsl/language/types/value.js";
import { splitSourceAfterSweeps } from "#dsl/language/syntax/parts.js";
import { shellPathArgument } from "#stdlib/text/quoting.js";
import { registry } from "#stdlib/registry.js";
import type { OutputScreen } from "../session/live-training.js";
import { plainHostContext } from "../host/host-context.js";
import { textScreen } from "../session/text-screen.js";
import { runsFolderBeside } from "../runs/default-folder.js";
import { RefusedError } from "../session/execution-context.js";
import { trustFolderOfRun } from "../trust/trust.js";
import { TuneSession } from "./tune-session.js";
import { diagnosticsOf } from "../session/diagnostics-of.js";
import { readNamedText } from "../fetch/regular.js";
import type { Evaluation } from "../inference/evaluations/evaluation.js";

export interface RunFileOptions {
  readonly parameters?: Readonly<Record<string, Value>>;
  /** Folder of all runs. Defaults to `runs` next to the file. */
  readonly runs?: string;
  readonly signal?: AbortSignal;
  readonly screen?: OutputScreen;
  /** Receives errors and warnings; `color` enables colours, for a terminal. */
  readonly warn?: (text: string) => void;
  readonly color?: boolean;
}
export interface RunFileResult {
  readonly ok: boolean;
  readonly evaluations: readonly Evaluation[];
  /** Wall time of each statement, in the order of the text. */
  readonly seconds: readonly { readonly verb: string; readonly seconds: number }[];
}

export async function runTuneFile(file: string, options: RunFileOptions = {}): Promise<RunFileResult> {
  const path = resolve(file);
  const program = readNamedText(path, file);
  const folder = dirname(path);
  await trustFolderOfRun(folder);
  // Relative to its folder, so that results are found again after the folder is moved.
  const source = { id: path, title: file, text: program, path: basename(path) };
  const session = new TuneSession({ folder, runs: options.runs ?? runsFolderBeside(folder) });
  const warn = options.warn ?? ((words: string) => process.stderr.write(`${words}\n`));
  const hostContext = {
    ...plainHostContext(folder, options.parameters ?? {}),
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const text = textScreen(process.stdout);
  try {
    const stage = {
      screen: options.screen ?? text,
      hostContext,
      ...(options.signal ? { signal: options.signal } : {}),
    };
    const verbs = registry.verbs().map((verb) => verb.name);
    for (const part of splitSourceAfterSweeps(source, verbs))
      await session.run(part, stage, (warnings) =>
        warn(renderAnsi(warnings, [...session.earlier, part], { color: options.color ?? false })),
      );
    return { ok: true, evaluations: session.evaluations, seconds: session.seconds };
  } catch (error) {
    const sources = error instanceof RefusedError ? error.sources : [...session.earlier, source];
    const diagnostics = diagnosticsOf(error, sources);
    if (diagnostics.length === 0 && !(options.signal?.aborted && isAbort(error))) throw error;
    warn(
      diagnostics.length === 0 ? "Interrupted" : renderAnsi(diagnostics, sources, { color: options.color ?? false }),
    );
    return { ok: false, evaluations: session.evaluations, seconds: session.seconds };
  } finally {
    text.end();
    const serving = [...session.servers.values()].filter(({ running }) => running);
    await session.close();
    for (const { name, folders } of serving) warn(serverEndedText(name, folders));
  }
}

/** Message for a server that a program or notebook started. */
export function serverEndedText(name: string, folders: readonly string[]): string {
  const serve = folders.map((run) => shellPathArgument(relative("", run))).join(" ");
  return `${name} ended with this run; \`tunebook serve ${serve}\` serves on`;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
