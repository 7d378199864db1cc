/**
 * Shared by `check` and `plan`: checks a file's Tune sources in order, as a session would run them, without running
 * anything.
 */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { isTuneCell, withoutMagic } from "#dsl/language/syntax/cell.js";
import { splitSourceAfterSweeps } from "#dsl/language/syntax/parts.js";
import { readNotebook, type Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { parseParameterValues, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import { checkProgramSources, type CheckedProgram, type CheckInput } from "#kernel/host/check-sources.js";
import { plainHostContext, type HostContext, type ProgressUpdate } from "#kernel/host/host-context.js";
import { DatasetCache, type EngineProbe } from "#kernel/session/answers/dataset-cache.js";
import { answerCompilerNeed } from "#kernel/session/answers/need-answers.js";
import { registry } from "#stdlib/registry.js";
import { unknownNotebookParameters, unknownParameters } from "./unknown-parameters.js";
import { isTrusted } from "#kernel/trust/trust.js";
import { readNamedText } from "#kernel/fetch/regular.js";

export interface CheckOptions {
  /** Uses only the text and the headers of files: no model is downloaded, no data set is read in full. */
  readonly quick?: boolean;
  /** `-p name=value`, as written. */
  readonly parameters?: ParameterTexts;
  /** Checks streamed data, and the tokens of large data, by a sample; `facts` say so. */
  readonly glance?: boolean;
  readonly onProgress?: (progress: ProgressUpdate) => void;
  /** Starts an engine to test whether it can use a named device; by default this is not tested. */
  readonly tries?: EngineProbe | undefined;
  /** Whether a check may download what it needs; defaults to whether the user trusts the folder. */
  readonly trusted?: boolean;
  /** Reads data and bases; defaults to a new cache. */
  readonly datasets?: DatasetCache;
}

/** Checks a `.tune` file or the Tune cells of a notebook. Rejects with `missing-file`, `file-kind`, `notebook-unreadable`. */
export async function checkFile(file: string, options: CheckOptions = {}): Promise<CheckedProgram> {
  return checkTuneSources(await readSources(file), dirname(resolve(file)), options);
}

/** `folder`: base of relative paths. */
export async function checkTuneSources(
  texts: ProgramSources,
  folder: string,
  options: CheckOptions = {},
): Promise<CheckedProgram> {
  const given = options.parameters ?? {};
  const hostContext: HostContext = {
    ...plainHostContext(folder, parseParameterValues(given)),
    ...(options.onProgress && { onProgress: options.onProgress }),
    withhold: (options.trusted ?? isTrusted(folder)) ? undefined : "all",
  };
  const datasets = options.datasets ?? new DatasetCache({ glance: options.glance === true, tries: options.tries });
  const checked = await checkProgramSources(texts, {
    registry,
    parameters: hostContext.parameters,
    quick: options.quick === true,
    answer: (need, typescript) => answerCompilerNeed(need, { ...hostContext, typescript: () => typescript }, datasets),
  });
  const { sources, diagnostics, parameters } = checked;
  // A cell that cannot be read may define the parameter.
  const unknown = texts.notebook
    ? unknownNotebookParameters(given, texts.notebook)
    : unknownParameters(given, parameters);
  if (unknown.diagnostics.length > 0 && !diagnostics.some((d) => d.severity === "error"))
    return { ...checked, sources: [...sources, unknown.source], diagnostics: [...unknown.diagnostics, ...diagnostics] };
  return checked;
}

/** The Tune sources of a file, in order, and the TypeScript between them. */
export interface ProgramSources extends CheckInput {
  readonly notebook?: Notebook;
}

export async function readSources(file: string): Promise<ProgramSources> {
  const path = resolve(file);
  if (file.endsWith(".ipynb")) {
    const notebook = await readNotebook(path);
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    const cells = code.map((cell) => cell.source);
    return { ...(await sourcesOfNotebookCells(path, file, cells)), notebook };
  }
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
  const text = readNamedText(path, file);
  return sourcesOfTuneFile(path, file, text);
}

/** `file`: the name shown to readers. */
export function sourcesOfTuneFile(path: string, file: string, text: string): ProgramSources {
  const verbs = registry.verbs().map((v) => v.name);
  return {
    sources: splitSourceAfterSweeps({ id: path, title: file, text, path }, verbs),
    typescript: new Map(),
    defined: new Set(),
  };
}

/** `cells`: texts of the code cells, in order. */
export async function sourcesOfNotebookCells(
  path: string,
  file: string,
  cells: readonly string[],
): Promise<ProgramSources> {
  const verbs = registry.verbs().map((v) => v.name);
  const sources: Source[] = [];
  const typescript = new Map<string, readonly string[]>();
  const defined = new Set<string>();
  // The TypeScript compiler loads slowly, so it is skipped for a notebook with Tune cells only.
  const { namesDeclaredBy } = cells.every((cell) => isTuneCell(cell, verbs) || cell.trim() === "")
    ? { namesDeclaredBy: () => [] }
    : await import("#kernel/apps/jupyter/cells/compile/declarations.js");
  const names = new Set<string>();
  cells.forEach((cell, i) => {
    if (isTuneCell(cell, verbs)) {
      const id = `${path}#${String(i + 1)}`;
      sources.push({ id, title: `${file} cell ${String(i + 1)}`, text: withoutMagic(cell), path, cell: i + 1 });
      typescript.set(id, [...names]);
    } else {
      for (const [, word = ""] of cell.matchAll(/\bdefine\.(?:technique|metric)\(\s*\{\s*name:\s*["'`](\w+)/g))
        defined.add(word);
      for (const name of namesDeclaredBy(withoutMagic(cell))) names.add(name);
    }
  });
  return { sources, typescript, defined };
}
