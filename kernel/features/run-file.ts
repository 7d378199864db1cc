/** Runs a `.tune` file from the command line: what a notebook would show comes as plain text, live lines where there is a terminal. */
import { basename, dirname, relative, resolve } from "node:path";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import type { Value } from "#dsl/language/types/value.js";
import { partsOf } from "#dsl/language/syntax/parts.js";
import { shellPath } from "#stdlib/text/quoting.js";
import { registry } from "#stdlib/registry.js";
import type { Screen } from "../session/live-training.js";
import { plainHostContext } from "../host/host-context.js";
import { textScreen } from "../session/text-screen.js";
import { runsBeside } from "../runs/runs-beside.js";
import { Refused } from "../session/execution-context.js";
import { trustByRunning } from "../trust/trust.js";
import { TuneSession } from "./tune-session.js";
import { diagnosticsOf } from "../session/diagnostics-of.js";
import { textOfNamed } from "../fetch/regular.js";
import type { Evaluation } from "../inference/evaluations/evaluation.js";

export interface RunFileOptions {
  readonly parameters?: Readonly<Record<string, Value>>;
  /** Folder of all runs; `runs` beside the file unless told. */
  readonly runs?: string;
  readonly signal?: AbortSignal;
  readonly screen?: Screen;
  /** Where errors and warnings go; colours if it is a terminal. */
  readonly warn?: (text: string) => void;
  readonly color?: boolean;
}
export interface FileResult {
  readonly ok: boolean;
  readonly evaluations: readonly Evaluation[];
  /** Wall time of each statement's verb, in the order of the text. */
  readonly seconds: readonly { readonly verb: string; readonly seconds: number }[];
}

export async function runTuneFile(file: string, o: RunFileOptions = {}): Promise<FileResult> {
  const path = resolve(file);
  const program = textOfNamed(path, file);
  const folder = dirname(path);
  await trustByRunning(folder);
  // Relative to its folder: what it comes to is found again where the folder has moved.
  const source = { id: path, title: file, text: program, path: basename(path) };
  const session = new TuneSession({ folder, runs: o.runs ?? runsBeside(folder) });
  const warn = o.warn ?? ((words: string) => process.stderr.write(`${words}\n`));
  const hostContext = { ...plainHostContext(folder, o.parameters ?? {}), ...(o.signal ? { signal: o.signal } : {}) };
  const text = textScreen(process.stdout);
  try {
    const stage = { screen: o.screen ?? text, hostContext, ...(o.signal ? { signal: o.signal } : {}) };
    const verbs = registry.verbs().map((verb) => verb.name);
    for (const part of partsOf(source, verbs))
      await session.run(part, stage, (warnings) =>
        warn(renderAnsi(warnings, [...session.earlier, part], { color: o.color ?? false })),
      );
    return { ok: true, evaluations: session.evaluations, seconds: session.seconds };
  } catch (error) {
    const sources = error instanceof Refused ? error.sources : [...session.earlier, source];
    const diagnostics = diagnosticsOf(error, sources);
    if (diagnostics.length === 0 && !(o.signal?.aborted && isAbort(error))) throw error;
    warn(diagnostics.length === 0 ? "Interrupted" : renderAnsi(diagnostics, sources, { color: o.color ?? false }));
    return { ok: false, evaluations: session.evaluations, seconds: session.seconds };
  } finally {
    text.end();
    const serving = [...session.servers.values()].filter(({ running }) => running);
    await session.close();
    for (const { name, folders } of serving) warn(endedWith(name, folders));
  }
}

/** Of a server that a program or a notebook began. */
export function endedWith(name: string, folders: readonly string[]): string {
  const serve = folders.map((run) => shellPath(relative("", run))).join(" ");
  return `${name} ended with this run; \`tunebook serve ${serve}\` serves on`;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
