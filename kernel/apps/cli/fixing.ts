/** Applies certain fixes to a file: a Tune program, or the Tune cells of a notebook. */
import { dirname, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { applyFixes, type FixResult, type SourceTexts } from "#dsl/language/diagnostics/fixing.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { withoutMagic } from "#dsl/language/syntax/cell.js";
import { replaceCellSources } from "#kernel/apps/jupyter/client/cell-sources.js";
import { readNotebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { demandNoLinkOutside } from "#kernel/apps/checking/in-place.js";
import { diskError } from "#kernel/fetch/disk.js";
import {
  checkTuneSources,
  sourcesOfNotebookCells,
  sourcesOfTuneFile,
  type ProgramSources as Sources,
} from "#kernel/apps/checking/checking.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { probeEngine } from "#kernel/session/answers/tried-engine.js";
import { readNamedBytes } from "#kernel/fetch/regular.js";

export interface FixedFile extends FixResult {
  readonly file: string;
  /** Full text of the file before and after. */
  readonly before: string;
  readonly after: string;
  /** Sources before and after, for showing positions in them. */
  readonly was: readonly Source[];
  readonly now: readonly Source[];
}

/**
 * Fixes a file in memory. Checks the text and the headers of data files first; if these have no errors, everything that
 * `check` checks.
 */
export async function fixFile(file: string): Promise<FixedFile> {
  const path = resolve(file);
  const before = await read(file);
  const { texts, sources, whole } = file.endsWith(".ipynb")
    ? await notebook(path, file, before)
    : program(path, file, before);
  const folder = dirname(path);
  const datasets = new DatasetCache({ glance: true, tries: probeEngine });
  const judge = (quick: boolean) => async (now: SourceTexts) => {
    const { diagnostics } = await checkTuneSources(sources(now), folder, quick ? { quick } : { datasets });
    return diagnostics;
  };
  const fixed = await applyFixes(texts, judge(true), judge(false));
  return {
    ...fixed,
    file,
    before,
    after: fixed.applied.length === 0 ? before : whole(fixed.texts),
    was: sources(texts).sources,
    now: sources(fixed.texts).sources,
  };
}

/** Replaces the file atomically, unless it changed since it was read. */
export async function writeFixed({ file, before, after }: FixedFile): Promise<void> {
  if (after === before) return;
  demandNoLinkOutside(file);
  if ((await read(file)) !== before) throw new CodedError("file-changed", { file });
  await writeFileAtomic(file, after).catch((error: unknown) => {
    throw diskError(error, file);
  });
}

interface Opened {
  readonly texts: SourceTexts;
  sources(texts: SourceTexts): Sources;
  /** Returns the full file with these texts in it. */
  whole(texts: SourceTexts): string;
}

function program(path: string, file: string, text: string): Opened {
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
  const textIn = (texts: SourceTexts): string => texts.get(path) ?? text;
  return {
    texts: new Map([[path, text]]),
    sources: (texts) => sourcesOfTuneFile(path, file, textIn(texts)),
    whole: textIn,
  };
}

async function notebook(path: string, file: string, raw: string): Promise<Opened> {
  const { cells } = await readNotebook(file);
  const code = cells.flatMap((cell, number) => (cell.cell_type === "code" ? [{ number, text: cell.source }] : []));
  const idOf = (i: number): string => `${path}#${String(i + 1)}`;
  const read = (texts: SourceTexts): readonly string[] => code.map(({ text }, i) => texts.get(idOf(i)) ?? text);
  const first = await sourcesOfNotebookCells(path, file, read(new Map()));
  const tune = new Set(first.sources.map(({ id }) => id));
  return {
    texts: new Map(code.flatMap(({ text }, i) => (tune.has(idOf(i)) ? [[idOf(i), text] as const] : []))),
    sources: (texts) => ({
      ...first,
      sources: first.sources.map((source) => ({ ...source, text: withoutMagic(texts.get(source.id) ?? source.text) })),
    }),
    whole: (texts) =>
      replaceCellSources(
        raw,
        new Map(
          code.flatMap(({ number, text }, i) => {
            const now = texts.get(idOf(i)) ?? text;
            return now === text ? [] : [[number, now] as const];
          }),
        ),
      ),
  };
}

/** Decodes strictly, as invalid UTF-8 would be written back changed. */
async function read(file: string): Promise<string> {
  const bytes = readNamedBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CodedError("unreadable-file", { file, why: "it is not UTF-8" }, { cause });
  }
}
