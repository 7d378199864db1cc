/**
 * `prepareRows` for data that are streamed: the rows of the pass are written to a folder of the cache. The same plan over the
 * same files is not read again.
 */
import { createHash } from "node:crypto";
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { SourceWorld } from "#stdlib/data/contract.js";
import { rules } from "#stdlib/personal-data/finding.js";
import { secretsStamp } from "#stdlib/secrets/shared/stamp.js";
import { cachePath, locked } from "../../fetch/cache.js";
import { diskError } from "../../fetch/disk.js";
import { makePrivateFolder, PRIVATE } from "../../fetch/private.js";
import { stampAt } from "../../fetch/stamp.js";
import { audited } from "../audit/audit.js";
import { unreadNotes } from "../rows/conversations.js";
import { readsPacked, unpacking, type Unpacks } from "../rows/bounded-look.js";
import { ReadAs, sourcesOf } from "../rows/read-as.js";
import { scaled, type Sampled } from "../rows/scaling.js";
import { pass } from "../pass/pass.js";
import type { Prepared } from "../prepared.js";
import { nameRowsBy } from "../row/row-names.js";
import { isCall, streamRows } from "../rows/rows.js";
import { filesRead, sizeOfFiles } from "./files-read.js";
import { openStreamed, VERSION, type StreamedMeta } from "./streamed.js";
import { WrittenRows } from "./written-rows.js";

interface Options {
  readonly registry: Registry;
  /** Bytes of each file after which the rest is left, unless all of it was read before; absent: all is read. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
  readonly onCompared?: ((done: number, of: number) => void) | undefined;
}

/** Coded errors of sources, cleaners and splits, and those of `prepare`; `cannot-stream` for what needs all rows at once. */
export async function prepareStreamed(plan: DataPlan, world: SourceWorld, o: Options): Promise<Prepared> {
  // A plan has a key's name alone: rows that were hashed with another key are others.
  const keys = secretsStamp(plan.clean);
  const folderOf = (part?: number): string => {
    const what = {
      version: VERSION,
      personal: rules,
      plan: { ...plan, name: "", folder: "" },
      stamp: stamps(plan, world),
      part,
      ...(keys.length > 0 && { keys }),
    };
    const key = createHash("sha256").update(canonicalize(what) ?? "");
    return cachePath("data", key.digest("hex").slice(0, 32));
  };
  let folder = folderOf();
  let streamed = openStreamed(folder);
  // Of a sample at equal distances a part tells nothing.
  const part = streamed || plan.sample !== null ? undefined : o.mostBytes;
  const mayLeave = (call: Call): boolean =>
    sizeOfFiles(filesRead(call, world.folder) ?? []) > (part ?? 0) || readsPacked(call, world.folder);
  if (part !== undefined && callsOf(plan).some(mayLeave)) folder = folderOf(part);
  streamed ??= await locked(folder, async () => {
    // Someone else may have made it while this waited.
    const made = openStreamed(folder);
    if (made) return made;
    await write(plan, world, folder, { ...o, mostBytes: part });
    return openStreamed(folder);
  });
  if (!streamed) throw new CodedError("streamed-changed", { file: folder });
  const { meta, splits } = streamed;
  sweepOld(folder);
  if (!plan.split && !isCall(plan.source)) for (const [name, split] of Object.entries(splits)) nameRowsBy(split, name);
  const { labels, facts, sample } = meta;
  return { name: plan.name, splits: {}, streamed: splits, labels, facts, sample };
}

/** Folders that nobody used for a month make room; the one in use is stamped. */
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
    // A cache that can't be tidied still serves.
  }
}

/** Writes the folder under another name and gives it its own when it is whole. */
async function write(plan: DataPlan, world: SourceWorld, folder: string, o: Options): Promise<void> {
  const temporary = `${folder}.part`;
  rmSync(temporary, { recursive: true, force: true });
  try {
    // Rows may hold what nobody else may see, also of data that are then refused.
    makePrivateFolder(temporary);
    await writeInto(temporary, plan, world, o);
    rmSync(folder, { recursive: true, force: true }); // incomplete or damaged
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw diskError(error, folder);
  }
}

async function writeInto(folder: string, plan: DataPlan, world: SourceWorld, o: Options): Promise<void> {
  const roles = Object.keys(plan.columns).sort();
  const unread = new Set<string>();
  const read = new ReadAs();
  const left = new Map<string | null, Sampled>();
  const unpacks: Unpacks[] = [];
  const written = new WrittenRows(folder, roles, !plan.split && !isCall(plan.source));
  const { registry, signal } = o;
  const reading = { registry, world, signal, unread, mostBytes: o.mostBytes };
  const chunks = streamRows(plan, {
    ...reading,
    onRows: o.onRows,
    found: (file, what) => read.add(file, what),
    onLeft: (split, rows, of) => left.set(split, { rows, of }),
    onUnpacks: (file) => unpacks.push(file),
  });
  try {
    const { facts, labels, names, sample, order } = await pass(plan, chunks, written, {
      registry,
      streamed: true,
      again: () => streamRows(plan, reading),
      signal,
    });
    const splits = written.finish(names, order);
    // What a part doesn't show may stand in the rest.
    const audit = left.size > 0 ? {} : { audit: await audited(written, labels, { signal, onRows: o.onCompared }) };
    const notes = [...unreadNotes(unread), ...(facts.notes ?? [])];
    const meta: StreamedMeta = {
      version: VERSION,
      roles,
      labels,
      facts: scaled({ ...facts, ...audit, ...sourcesOf(read), notes, ...unpacking(unpacks) }, left, facts.rowsIn),
      sample,
      splits,
    };
    writeFileSync(join(folder, "facts.json"), JSON.stringify(meta), { mode: PRIVATE.file });
  } finally {
    written.close();
  }
}

/** Path and stamp of each file that is read. */
function stamps(plan: DataPlan, world: SourceWorld): readonly string[] {
  return filesOf(plan, world).map((file) => `${file} ${stampAt(file) ?? "missing"}`);
}

/** Absolute paths. Coded errors `cannot-stream`, `no-files`. */
function filesOf({ source }: DataPlan, world: SourceWorld): readonly string[] {
  const files = filesRead(source, world.folder);
  if (files) return files;
  const other = callsOf({ source }).find((call) => filesRead(call, world.folder) === null);
  throw new CodedError("cannot-stream", {
    what: `\`${other?.word ?? "a source"}\` beside a streamed source`,
    why: "only files have a stamp by which rows are kept",
  });
}

function callsOf({ source }: Pick<DataPlan, "source">): readonly Call[] {
  return isCall(source) ? [source] : Object.values(source);
}
