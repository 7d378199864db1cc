/** What `check` and `plan` share: a file's Tune sources, checked in order as a session would run them, without running anything. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import type { Source } from "#dsl/check/span.js";
import type { Value } from "#dsl/plan/plan.js";
import { isTune, withoutMagic } from "#dsl/syntax/cell.js";
import { partsOf } from "#dsl/syntax/parts.js";
import { readNotebook } from "#kernel/client/notebook-file.js";
import { checkSources, type Checked, type Texts } from "#kernel/runs/check-sources.js";
import { plainSurroundings } from "#kernel/runs/surroundings.js";
import { Workshop } from "#kernel/runs/workshop.js";
import { registry } from "#stdlib/registry.js";
import "./codes.js";

export interface CheckOptions {
  /** Only what the text and the headers of files tell: no model is fetched, no data set is read through. */
  readonly quick?: boolean;
  readonly parameters?: Readonly<Record<string, Value>>;
}

/** Checks a `.tune` file or the Tune cells of a notebook. Rejects with `missing-file`, `file-kind`, `notebook-unreadable`. */
export async function checkFile(file: string, o: CheckOptions = {}): Promise<Checked> {
  const texts = await sourcesOf(file);
  const surroundings = plainSurroundings(dirname(resolve(file)), o.parameters ?? {});
  const workshop = new Workshop();
  return checkSources(texts, {
    registry,
    parameters: surroundings.parameters,
    quick: o.quick === true,
    answer: (need, typescript) => workshop.answer(need, { ...surroundings, typescript: () => typescript }),
  });
}

async function sourcesOf(file: string): Promise<Texts> {
  const path = resolve(file);
  if (file.endsWith(".ipynb")) return cellsOf(path, file);
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CodedError("missing-file", { path: file, folder: process.cwd(), near: null }, { cause });
  });
  const verbs = registry.verbs().map((v) => v.name);
  return { sources: partsOf({ id: path, title: file, text, path }, verbs), typescript: new Map(), defined: new Set() };
}

async function cellsOf(path: string, file: string): Promise<Texts> {
  const verbs = registry.verbs().map((v) => v.name);
  const sources: Source[] = [];
  const typescript = new Map<string, readonly string[]>();
  const defined = new Set<string>();
  const names: string[] = [];
  const code = (await readNotebook(path)).cells.filter((cell) => cell.cell_type === "code");
  code.forEach((cell, i) => {
    if (isTune(cell.source, verbs)) {
      const id = `${path}#${String(i + 1)}`;
      sources.push({ id, title: `${file} cell ${String(i + 1)}`, text: withoutMagic(cell.source), path, cell: i + 1 });
      typescript.set(id, [...names]);
    } else {
      for (const [, word = ""] of cell.source.matchAll(/\bdefine\.(?:technique|metric)\(\s*\{\s*name:\s*["'`](\w+)/g))
        defined.add(word);
      for (const match of cell.source.matchAll(
        /^[ \t]*(?:export\s+)?(?:const|let|var|function|class|async function)\s+([\p{ID_Start}_$][\p{ID_Continue}$]*)/gmu,
      ))
        names.push(match[1] ?? "");
    }
  });
  return { sources, typescript, defined };
}
