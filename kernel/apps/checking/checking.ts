/** What `check` and `plan` share: a file's Tune sources, checked in order as a session would run them, without running anything. */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { isTune, withoutMagic } from "#dsl/language/syntax/cell.js";
import { partsOf } from "#dsl/language/syntax/parts.js";
import { readNotebook, type Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { valuesOf, type Written } from "#kernel/apps/jupyter/client/parameters.js";
import { checkSources, type Checked, type CheckedTexts } from "#kernel/host/check-sources.js";
import { plainHostContext, type HostContext, type Progress } from "#kernel/host/host-context.js";
import { DatasetCache, type TriesEngine } from "#kernel/session/answers/dataset-cache.js";
import { registry } from "#stdlib/registry.js";
import { unknownInNotebook, unknownParameters } from "./unknown-parameters.js";
import { isTrusted } from "#kernel/trust/trust.js";
import { textOfNamed } from "#kernel/fetch/regular.js";

export interface CheckOptions {
  /** Only what the text and the headers of files tell: no model is fetched, no data set is read through. */
  readonly quick?: boolean;
  /** `-p name=value`, as it was written. */
  readonly parameters?: Written;
  /** Data that are streamed, and the tokens of many rows, are judged by a part of them; `facts` say so. */
  readonly glance?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Starts an engine for the question whether it computes on a device that is named; absent: nobody asks. */
  readonly tries?: TriesEngine | undefined;
  /** Whether a check may download what it needs. Default: whether the user trusts the folder. */
  readonly trusted?: boolean;
  /** What reads data and bases; a new one unless told. */
  readonly datasets?: DatasetCache;
}

/** Checks a `.tune` file or the Tune cells of a notebook. Rejects with `missing-file`, `file-kind`, `notebook-unreadable`. */
export async function checkFile(file: string, o: CheckOptions = {}): Promise<Checked> {
  return checkTexts(await sourcesOf(file), dirname(resolve(file)), o);
}

/** `folder`: where relative paths start. */
export async function checkTexts(texts: Texts, folder: string, o: CheckOptions = {}): Promise<Checked> {
  const given = o.parameters ?? {};
  const hostContext: HostContext = {
    ...plainHostContext(folder, valuesOf(given)),
    ...(o.onProgress && { onProgress: o.onProgress }),
    withhold: (o.trusted ?? isTrusted(folder)) ? undefined : "all",
  };
  const datasets = o.datasets ?? new DatasetCache({ glance: o.glance === true, tries: o.tries });
  const checked = await checkSources(texts, {
    registry,
    parameters: hostContext.parameters,
    quick: o.quick === true,
    answer: (need, typescript) => datasets.answer(need, { ...hostContext, typescript: () => typescript }),
  });
  const { sources, diagnostics, parameters } = checked;
  // What can't be read may define it.
  const unknown = texts.notebook ? unknownInNotebook(given, texts.notebook) : unknownParameters(given, parameters);
  if (unknown.diagnostics.length > 0 && !diagnostics.some((d) => d.severity === "error"))
    return { ...checked, sources: [...sources, unknown.source], diagnostics: [...unknown.diagnostics, ...diagnostics] };
  return checked;
}

/** The Tune sources of a file, in order, and what stands between them. */
export interface Texts extends CheckedTexts {
  readonly notebook?: Notebook;
}

export async function sourcesOf(file: string): Promise<Texts> {
  const path = resolve(file);
  if (file.endsWith(".ipynb")) {
    const notebook = await readNotebook(path);
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    const cells = code.map((cell) => cell.source);
    return { ...(await textsOfCells(path, file, cells)), notebook };
  }
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
  const text = textOfNamed(path, file);
  return textsOfProgram(path, file, text);
}

/** `file`: what a reader is shown. */
export function textsOfProgram(path: string, file: string, text: string): Texts {
  const verbs = registry.verbs().map((v) => v.name);
  return { sources: partsOf({ id: path, title: file, text, path }, verbs), typescript: new Map(), defined: new Set() };
}

/** `cells`: texts of the code cells, in order. */
export async function textsOfCells(path: string, file: string, cells: readonly string[]): Promise<Texts> {
  const verbs = registry.verbs().map((v) => v.name);
  const sources: Source[] = [];
  const typescript = new Map<string, readonly string[]>();
  const defined = new Set<string>();
  // The compiler of the cells takes a while to load: not for a notebook that is Tune throughout.
  const { declaredBy } = cells.every((cell) => isTune(cell, verbs) || cell.trim() === "")
    ? { declaredBy: () => [] }
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
      for (const name of declaredBy(withoutMagic(cell))) names.add(name);
    }
  });
  return { sources, typescript, defined };
}
