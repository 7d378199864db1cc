/**
 * `prepareRows` for streamed data: writes the rows to a folder of the cache. The same plan over the same files is not
 * read again.
 */
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import { withFileLock } from "../../fetch/cache.js";
import { diskError } from "../../fetch/disk.js";
import { makePrivateFolder, PRIVATE_MODES } from "../../fetch/private.js";
import { auditRows } from "../audit/audit.js";
import { unreadFieldNotes } from "../rows/conversations.js";
import {
  canRowsExceedFileSize,
  unpackedFacts,
  type UnpackedSize,
  SourceReadNotes,
  sourceNotesOf,
  scaleSampledFacts,
  type PartialReadCounts,
} from "../rows/bounded-look.js";
import { runDataPass } from "../pass/pass.js";
import type { PreparedData } from "../prepared.js";
import { setSplitSource } from "../row/row.js";
import { isSourceCall, streamRows } from "../rows/rows.js";
import { sourceCalls, sourceFiles, streamedFileStamps, totalFileSize } from "./files-read.js";
import {
  openStreamedData,
  STREAMED_FORMAT_VERSION,
  streamedDataFolder,
  type StreamedDataMetadata,
} from "./streamed.js";
import { StreamedRowWriter } from "./written-rows.js";

interface Options {
  readonly registry: Registry;
  /** Maximum bytes of each file, unless all of it was read before. Defaults to no limit. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onRows?: ((done: number, total?: number) => void) | undefined;
  readonly onCompared?: ((done: number, total: number) => void) | undefined;
}

/**
 * Throws the coded errors of sources, cleaners and splits, and those of `prepare`; `cannot-stream` for steps that need
 * all rows at once.
 */
export async function prepareStreamedData(
  plan: DataPlan,
  world: SourceContext,
  options: Options,
): Promise<PreparedData> {
  const folderOf = (part?: number): string => streamedDataFolder(plan, streamedFileStamps(plan, world.folder), part);
  let folder = folderOf();
  let streamed = openStreamedData(folder);
  // A part of a file can't give a sample at equal distances.
  const part = streamed || plan.sample !== null ? undefined : options.mostBytes;
  const mayLeave = (call: Call): boolean =>
    totalFileSize(sourceFiles(call, world.folder) ?? []) > (part ?? 0) || canRowsExceedFileSize(call, world.folder);
  if (part !== undefined && sourceCalls(plan.source).some(mayLeave)) folder = folderOf(part);
  streamed ??= await withFileLock(folder, async () => {
    // Another process may have made it while this one waited.
    const made = openStreamedData(folder);
    if (made) return made;
    await write(plan, world, folder, { ...options, mostBytes: part });
    return openStreamedData(folder);
  });
  if (!streamed) throw new CodedError("streamed-changed", { file: folder });
  const { meta, splits } = streamed;
  sweepOld(folder);
  if (!plan.split && !isSourceCall(plan.source))
    for (const [name, split] of Object.entries(splits)) setSplitSource(split, name);
  const { labels, facts, sample } = meta;
  return { name: plan.name, splits: {}, streamed: splits, labels, facts, sample };
}

/** Deletes folders that were not used for a month, and stamps the one in use. */
function sweepOld(used: string): void {
  const month = 30 * 24 * 3600 * 1000;
  try {
    const now = new Date();
    utimesSync(used, now, now);
    for (const name of readdirSync(dirname(used))) {
      const folder = join(dirname(used), name);
      if (now.getTime() - statSync(folder).mtimeMs > month) rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    // A cache that can't be cleaned up is still usable.
  }
}

/** Writes to a temporary folder and renames it when it is complete. */
async function write(plan: DataPlan, world: SourceContext, folder: string, options: Options): Promise<void> {
  const temporary = `${folder}.part`;
  rmSync(temporary, { recursive: true, force: true });
  try {
    // The rows may be private, even if the data are then refused.
    makePrivateFolder(temporary);
    await writeInto(temporary, plan, world, options);
    rmSync(folder, { recursive: true, force: true }); // incomplete or damaged
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw diskError(error, folder);
  }
}

async function writeInto(folder: string, plan: DataPlan, world: SourceContext, options: Options): Promise<void> {
  const roles = Object.keys(plan.columns).sort();
  const unread = new Set<string>();
  const read = new SourceReadNotes();
  const left = new Map<string | null, PartialReadCounts>();
  const unpacks: UnpackedSize[] = [];
  const written = new StreamedRowWriter(folder, roles, !plan.split && !isSourceCall(plan.source));
  const { registry, signal } = options;
  const reading = { registry, world, signal, unread, mostBytes: options.mostBytes };
  const chunks = streamRows(plan, {
    ...reading,
    onRows: options.onRows,
    found: (file, what) => read.add(file, what),
    onLeft: (split, rows, total) => left.set(split, { rows, total }),
    onUnpacks: (file) => unpacks.push(file),
  });
  try {
    const { facts, labels, names, sample, order } = await runDataPass(plan, chunks, written, {
      registry,
      streamed: true,
      again: () => streamRows(plan, reading),
      signal,
    });
    const splits = written.finish(names, order);
    // No audit of partly read data: problems may be in the rest.
    const audit =
      left.size > 0 ? {} : { audit: await auditRows(written, labels, { signal, onRows: options.onCompared }) };
    const notes = [...unreadFieldNotes(unread), ...(facts.notes ?? [])];
    const meta: StreamedDataMetadata = {
      version: STREAMED_FORMAT_VERSION,
      roles,
      labels,
      facts: scaleSampledFacts(
        { ...facts, ...audit, ...sourceNotesOf(read), notes, ...unpackedFacts(unpacks) },
        left,
        facts.rowsIn,
      ),
      sample,
      splits,
    };
    writeFileSync(join(folder, "facts.json"), JSON.stringify(meta), { mode: PRIVATE_MODES.file });
  } finally {
    written.close();
  }
}
