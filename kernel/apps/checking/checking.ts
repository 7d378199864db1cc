/** What `check` and `plan` share: a file's Tune sources, checked in order as a session would run them, without running anything. */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { isTune, withoutMagic } from "#dsl/language/syntax/cell.js";
import { splitSource } from "#dsl/language/syntax/parts.js";
import { readNotebook, type Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { parseParameterValues, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import { checkSources, type CheckedProgram, type CheckInput } from "#kernel/host/check-sources.js";
import { plainHostContext, type HostContext, type Progress } from "#kernel/host/host-context.js";
import { DatasetCache, type EngineProbe } from "#kernel/session/answers/dataset-cache.js";
import { registry } from "#stdlib/registry.js";
import { unknownNotebookParameters, unknownParameters } from "./unknown-parameters.js";
import { isTrusted } from "#kernel/trust/trust.js";
import { readNamedText } from "#kernel/fetch/regular.js";

export interface CheckOptions {
  /** Only what the text and the headers of files tell: no model is fetched, no data set is read through. */
  readonly quick?: boolean;
  /** `-p name=value`, as it was written. */
  readonly parameters?: ParameterTexts;
  /** Data that are streamed, and the tokens of many rows, are judged by a part of them; `facts` say so. */
  readonly glance?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Starts an engine for the question whether it computes on a device that is named; absent: nobody asks. */
  readonly tries?: EngineProbe | undefined;
  /** Whether a check may download what it needs. Default: whether the user trusts the folder. */
  readonly trusted?: boolean;
  /** What reads data and bases; a new one unless told. */
  readonly datasets?: DatasetCache;
}

/** Checks a `.tune` file or the Tune cells of a notebook. Rejects with `missing-file`, `file-kind`, `notebook-unreadable`. */
export async function checkFile(file: string, options: CheckOptions = {}): Promise<CheckedProgram> {
  return checkTexts(await readSources(file), dirname(resolve(file)), options);
}

/** `folder`: where relative paths start. */
export async function checkTexts(
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
  const checked = await checkSources(texts, {
    registry,
    parameters: hostContext.parameters,
    quick: options.quick === true,
    answer: (need, typescript) => datasets.answer(need, { ...hostContext, typescript: () => typescript }),
  });
  const { sources, diagnostics, parameters } = checked;
  // What can't be read may define it.
  const unknown = texts.notebook
    ? unknownNotebookParameters(given, texts.notebook)
    : unknownParameters(given, parameters);
  if (unknown.diagnostics.length > 0 && !diagnostics.some((d) => d.severity === "error"))
    return { ...checked, sources: [...sources, unknown.source], diagnostics: [...unknown.diagnostics, ...diagnostics] };
  return checked;
}

/** The Tune sources of a file, in order, and what stands between them. */
export interface ProgramSources extends CheckInput {
  readonly notebook?: Notebook;
}

export async function readSources(file: string): Promise<ProgramSources> {
  const path = resolve(file);
  if (file.endsWith(".ipynb")) {
    const notebook = await readNotebook(path);
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    const cells = code.map((cell) => cell.source);
    return { ...(await sourcesOfCells(path, file, cells)), notebook };
  }
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
  const text = readNamedText(path, file);
  return sourcesOfProgram(path, file, text);
}

/** `file`: what a reader is shown. */
export function sourcesOfProgram(path: string, file: string, text: string): ProgramSources {
  const verbs = registry.verbs().map((v) => v.name);
  return {
    sources: splitSource({ id: path, title: file, text, path }, verbs),
    typescript: new Map(),
    defined: new Set(),
  };
}

/** `cells`: texts of the code cells, in order. */
export async function sourcesOfCells(path: string, file: string, cells: readonly string[]): Promise<ProgramSources> {
  const verbs = registry.verbs().map((v) => v.name);
  const sources: Source[] = [];
  const typescript = new Map<string, readonly string[]>();
  const defined = new Set<string>();
  // The compiler of the cells takes a while to load: not for a notebook that is Tune throughout.
  const { namesDeclaredBy } = cells.every((cell) => isTune(cell, verbs) || cell.trim() === "")
    ? { namesDeclaredBy: () => [] }
    : await import("#kernel/apps/jupyter/cells/compile/declarations.js");
  const names = new Set<string>();
  cells.forEach((cell, i) => {
    if (isTune(cell, verbs)) {
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
