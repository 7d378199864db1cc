/**
 * Cache of a session: prepared data sets and resolved base models. Entries stay valid until their sources change, so
 * that `data` and a following `train` read a file once. The cache also supplies the facts that the compiler needs.
 */
import { totalmem, availableParallelism } from "node:os";
import { resolve } from "node:path";
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import type { EngineFacts, FactOf, NameFacts, Need, TableFacts } from "#dsl/language/types/facts.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { DataPlan, DataReader, ScratchPlan, Value } from "#dsl/language/types/value.js";
import { compileSchema } from "#stdlib/json-schemas/schema.js";
import { secretFingerprints } from "#stdlib/secrets/shared/stamp.js";
import { registry as whole } from "#stdlib/registry.js";
import type { Base } from "../../bases/base.js";
import { resolveBase } from "../../bases/resolve.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { readColumnValues } from "../../data/sources/column-values.js";
import { listFilesIn } from "../../data/sources/files-in.js";
import { AuditCache } from "../../data/sources/kept-audits.js";
import { sharedRowFacts } from "../../data/rows/shared-rows.js";
import type { ReadColumn } from "../../data/rows/handle.js";
import type { ColumnRequest } from "../../data/row/row.js";
import type { ConversationRows } from "../../data/rows/conversations.js";
import type { ReadRows, PreparedData } from "../../data/prepare.js";
import { measurePreparedData, prepareFetchedRows, readFetchedHeader } from "../../data/sources/prepare.js";
import { chatEncodingOf, measureChats } from "../../data/encoding/chat.js";
import { attachableRunFacts } from "../../models/loaded-run.js";
import { learntFacts } from "./learnt-facts.js";
import { enginePaceOf } from "./machine.js";
import { networkShareIn } from "../../trust/network-shares.js";
import { readFileStamp } from "../../fetch/stamp.js";
import { readNamedText } from "../../fetch/regular.js";
import type { HostContext } from "../../host/host-context.js";
import { sourceFileStamps } from "../../data/sources/files-read.js";

/** Returns which engine computes on a named device. Throws coded errors if none does. */
export type EngineProbe = (need: Need & { about: "engine" }) => Promise<EngineFacts>;

/** Prepared rows, and the same rows measured for each model that reads them. */
interface Kept {
  readonly stamp: string;
  readonly made: Promise<PreparedData>;
  /** By reader: the same rows with token lengths in their facts. */
  readonly measured: LRUCache<string, Promise<PreparedData>>;
}

/** Rows before subsampling. */
interface Started {
  readonly stamp: string;
  readonly made: Promise<ReadRows>;
}

/** Column facts from the beginning of a source. */
interface Header {
  readonly stamp: string;
  readonly made: Promise<TableFacts>;
}

/**
 * Maximum numbers of cached entries; the least recently used are dropped. A data set under work is redefined with every
 * change and each version stores all its rows. A tokenizer stores its vocabulary, a base the shapes of its weights.
 */
const most = { begun: 1, prepared: 8, readers: 8, headers: 8, bases: 16, tokenizers: 8 } as const;

/**
 * Maximum number of rows that stay cached before subsampling, for data that are not subsampled yet: a sweep over data
 * sizes starts from them. Data that are subsampled are always cached this way, or each size would read the source
 * again.
 */
const HELD = 20_000;

/** Maximum bytes of a deployment's files that a check reads; it reads only files that people edit. */
const LOOKED_INTO = 2 ** 22;

/** Limits of a partial check: bytes of each streamed file, and rows of each split whose tokens are counted. */
const glance = { bytes: 64 * 2 ** 20, rows: 16_384 };

export class DatasetCache {
  /**
   * `glance`: judges streamed data and the token counts of many rows by a part of them, unless they are cached.
   * `tries`: starts an engine only to answer a question about a named device; used where no engine is started
   * afterwards.
   */
  constructor(private readonly options: { readonly glance?: boolean; readonly tries?: EngineProbe | undefined } = {}) {}

  private readonly prepared = new LRUCache<string, Kept>({ max: most.prepared });
  private readonly begun = new LRUCache<string, Started>({ max: most.begun });
  private readonly headers = new LRUCache<string, Header>({ max: most.headers });
  private readonly audits = new AuditCache();
  private readonly bases = new LRUCache<string, Promise<Base>>({ max: most.bases });
  private readonly tokenizers = new LRUCache<string, Promise<Tokenizer>>({ max: most.tokenizers });
  private readonly engines = new Map<string, Promise<EngineFacts>>();
  /** The chosen `engine`; the plan's time estimate depends on it. */
  engine = "auto";
  /** Folders whose files are in another place: maps the named path to the actual one, both absolute. */
  readonly aside = new Map<string, string>();

  async answer(need: Need, s: HostContext): Promise<FactOf<Need["about"]>> {
    const share = s.withhold === "all" ? networkShareIn(need) : null;
    if (share !== null)
      throw new CodedError("not-fetched", { what: share, folder: s.folder, near: null, because: "untrusted" });
    switch (need.about) {
      case "table":
        return this.header(need, s);
      case "data":
        return (await this.data(need.data, need.base, s)).facts;
      case "apart":
        return sharedRowFacts(await Promise.all(need.datas.map((plan) => this.data(plan, null, s))));
      case "base":
        return (await this.base(need, s)).facts;
      case "run":
        return (need.still ? attachableRunFacts : learntFacts)(need.path, {
          folder: resolve(s.folder, need.folder),
          runs: s.runs ?? resolve(s.folder, "runs"),
        });
      case "journal": {
        const { journalFacts } = await import("./journal-facts.js");
        return journalFacts(need.of, { folder: s.folder, runs: s.runs ?? resolve(s.folder, "runs") });
      }
      case "machine":
        return {
          memoryBytes: availableMemoryBytes(),
          cores: availableParallelism(),
          engine: this.engine,
          ...enginePaceOf(this.engine),
        };
      case "engine":
        return this.options.tries ? this.tried(need, this.options.tries) : { title: null };
      case "name":
        return nameFacts(need.of, s);
      case "place": {
        const { checkPlaceIsUsable: demandPlace, deploymentPlaceAt: placeAt } =
          await import("../../deployments/place.js");
        const { capabilities } = wordOf(whole, "target", need.own.target);
        const place = placeAt({ ...capabilities, writes: need.writes }, need.path, s.folder);
        await demandPlace(place, { ...need.own, labels: null }, { overwrite: need.overwrite, most: LOOKED_INTO });
        return { free: true };
      }
      case "files":
        return listFilesIn(resolve(s.folder, need.folder), need.path);
      case "schema":
        await compileSchema(readNamedText(resolve(s.folder, need.path), need.path), need.path);
        return { sound: true };
      case "file": {
        const path = resolve(s.folder, need.folder, need.path);
        const missing = () => new CodedError("missing-file", { path: need.path, folder: need.folder, near: null });
        return { text: readNamedText(path, need.path, { missing }), path };
      }
    }
  }

  private tried(need: Need & { about: "engine" }, tries: EngineProbe): Promise<EngineFacts> {
    const key = `${need.engine} ${need.device}`;
    const known = this.engines.get(key) ?? tries(need);
    this.engines.set(key, known);
    return known;
  }

  /**
   * Reads, cleans and splits a data set, and measures it for the model that reads it. The rows are cached for all
   * readers until one of their source files changes; `$x` tables are read again each time.
   */
  async data(plan: DataPlan, reader: DataReader | null, s: HostContext): Promise<PreparedData> {
    const cached = this.rows(plan, s);
    if (!reader) return cached.made;
    const key = hashOf(reader);
    const known = cached.measured.get(key);
    if (known) return known;
    const made = this.measured(cached.made, plan, reader, s);
    cached.measured.set(key, made);
    made.catch(() => cached.measured.delete(key));
    return made;
  }

  /** Returns the facts about a source's columns from its beginning; reads again if a source file has changed. */
  private header({ source, folder }: Need & { about: "table" }, s: HostContext): Promise<TableFacts> {
    const key = hashOf({ source, folder: resolve(s.folder, folder) });
    const stamp = sourceFileStamps(source, resolve(s.folder, folder))?.join("\n") ?? null;
    const known = this.headers.get(key);
    if (known && known.stamp === stamp) return known.made;
    const made = readFetchedHeader(source, world(folder, s), { signal: s.signal, withhold: s.withhold });
    if (stamp === null) return made;
    const header: Header = { stamp, made };
    this.headers.set(key, header);
    made.catch(() => {
      if (this.headers.peek(key) === header) this.headers.delete(key);
    });
    return made;
  }

  private rows(plan: DataPlan, s: HostContext): Kept {
    const key = keyOfData(plan);
    const stamp = stampOf(plan, resolve(s.folder, plan.folder));
    const known = this.prepared.get(key);
    if (known && stamp !== null && known.stamp === stamp) return known;
    const made = prepareFetchedRows(plan, world(plan.folder, s), {
      audits: this.audits,
      ...(stamp !== null && { begun: (begin) => this.started(plan, stamp, begin) }),
      mostBytes: this.options.glance ? glance.bytes : undefined,
      withhold: s.withhold,
      ...rowsProgress(s, `rows of ${plan.name} read`),
      ...(s.onProgress && { onFetch: (label, done, total) => s.onProgress?.({ label, done, total }) }),
      onCompared: rowsProgress(s, `rows of ${plan.name} compared with the other splits'`).onRows,
      ...(s.signal ? { signal: s.signal } : {}),
    });
    const cached: Kept = { stamp: stamp ?? "", made, measured: new LRUCache({ max: most.readers }) };
    this.prepared.set(key, cached);
    made.catch(() => {
      if (this.prepared.peek(key) === cached) this.prepared.delete(key);
    });
    return cached;
  }

  /** Reads, cleans and splits the rows once for all sizes subsampled from them. */
  private started(plan: DataPlan, stamp: string, begin: () => Promise<ReadRows>): Promise<ReadRows> {
    const key = keyOfData({ ...plan, thin: 1 });
    const known = this.begun.get(key);
    if (known?.stamp === stamp) return known.made;
    const started: Started = { stamp, made: begin() };
    const forget = (): void => {
      if (this.begun.peek(key) === started) this.begun.delete(key);
    };
    this.begun.set(key, started);
    started.made.then(({ rows }) => {
      if (plan.thin === undefined && rows.divided.length > HELD) forget();
    }, forget);
    return started.made;
  }

  private async measured(
    made: Promise<PreparedData>,
    plan: DataPlan,
    reader: DataReader,
    s: HostContext,
  ): Promise<PreparedData> {
    const base = await this.base(reader, s);
    const tokenizer = await this.tokenizer(base);
    const lengths = await lengthsOfChats(reader, base, tokenizer, plan.name);
    return measurePreparedData(await made, plan, {
      tokenizer,
      mostRows: this.options.glance ? glance.rows : undefined,
      ...(lengths ? { lengths } : {}),
      ...rowsProgress(s, `rows of ${plan.name} counted in tokens`),
      ...(reader.apart ? { apart: true } : {}),
      ...(reader.windows ? { windows: reader.windows } : {}),
      ...(s.signal ? { signal: s.signal } : {}),
    });
  }

  /** Reads the values of a column that has no role, for some rows, from the source. */
  column(plan: DataPlan, request: ColumnRequest, s: HostContext): Promise<readonly unknown[]> {
    const label = `rows of ${plan.name} read for ${request.column}`;
    return readColumnValues(plan, world(plan.folder, s), request, { signal: s.signal, ...rowsProgress(s, label) });
  }

  /**
   * Returns a function that reads further columns for a handle of `prepared`. It throws the coded error
   * `source-changed` if the rows have changed by then.
   */
  columnReader(plan: DataPlan, prepared: PreparedData, { signal: _, onProgress: __, ...s }: HostContext): ReadColumn {
    const stamp = () => sourceFileStamps(plan.source, resolve(s.folder, plan.folder))?.join("\n");
    const then = stamp();
    return async (request) => {
      // Sources that are not files (a database, a TypeScript table) have no stamp, so their rows are compared.
      const same =
        then === undefined ? (await this.data(plan, null, s)).facts.hash === prepared.facts.hash : then === stamp();
      if (!same) throw new CodedError("source-changed", { data: plan.name });
      return this.column(plan, request, s);
    };
  }

  /** Returns the prepared rows from the cache if their source files have not changed. */
  cached(plan: DataPlan, s: HostContext): Promise<PreparedData> | null {
    const known = this.prepared.get(keyOfData(plan));
    const stamp = stampOf(plan, resolve(s.folder, plan.folder));
    return known && (stamp === null || known.stamp === stamp) ? known.made : null;
  }

  async base(
    { name, folder: written, scratch }: Pick<DataReader, "name" | "folder" | "scratch">,
    s: HostContext,
  ): Promise<Base> {
    if (scratch) return this.scratch(scratch, s);
    const folder = resolve(s.folder, written);
    const key = `${folder}\u0000${name}`;
    const known = this.bases.get(key);
    if (known) return known;
    const made = resolveBase(this.aside.get(resolve(folder, name)) ?? name, {
      folder,
      ...(s.withhold === "all" && { cacheOnly: true }),
      ...(s.signal ? { signal: s.signal } : {}),
      ...(s.onProgress ? { onProgress: s.onProgress } : {}),
    });
    this.bases.set(key, made);
    made.catch(() => this.bases.delete(key));
    return made;
  }

  /**
   * Registers a base model under this name, whatever the path contains on this machine: its files were transferred by
   * hash.
   */
  lend({ name, folder }: Pick<DataReader, "name" | "folder">, s: Pick<HostContext, "folder">, base: Base): void {
    this.bases.set(`${resolve(s.folder, folder)}\u0000${name}`, Promise.resolve(base));
  }

  /** Returns a model from scratch; builds it again if the data that its tokenizer is trained on have changed. */
  private async scratch(plan: ScratchPlan, s: HostContext): Promise<Base> {
    const prepared = plan.data ? await this.data(plan.data, null, s) : null;
    const key = `${prepared?.facts.hash ?? ""}\u0000${hashOf(plan)}`;
    const known = this.bases.get(key);
    if (known) return known;
    const made = import("../../models/scratch/make.js").then((m) =>
      m.makeScratch(plan, prepared, { registry: whole, signal: s.signal }),
    );
    this.bases.set(key, made);
    made.catch(() => this.bases.delete(key));
    return made;
  }

  tokenizer(base: Base): Promise<Tokenizer> {
    const known = this.tokenizers.get(base.folder);
    if (known) return known;
    // The tokenizers are native code, so they are loaded only when needed: viewing tables must not depend on them.
    const made = import("../../bases/tokenizer.js").then((m) => m.loadTokenizer(base.folder));
    this.tokenizers.set(base.folder, made);
    made.catch(() => this.tokenizers.delete(base.folder));
    return made;
  }
}

/** Returns the usable bytes of this machine's memory. */
export function availableMemoryBytes(): number {
  // Without a limit, `constrainedMemory` returns a number greater than any machine's memory.
  return Math.min(process.constrainedMemory() || Infinity, totalmem());
}

/** Hashes the plan of the rows, without the data's name; the reader is not part of it either. */
function keyOfData(plan: DataPlan): string {
  return hashOf({ ...plan, name: "" });
}

/** Returns how conversations are measured for the model that reads them. */
async function lengthsOfChats(reader: DataReader, base: Base, tokenizer: Tokenizer, data: string) {
  const chat = await chatEncodingOf(reader, base, tokenizer);
  return chat ? (rows: ConversationRows) => measureChats(rows, chat, data) : undefined;
}

function world(folder: string, s: HostContext) {
  return {
    folder: resolve(s.folder, folder),
    live: (name: string) => {
      const found = s.live(name);
      if (!found) throw new CodedError("unknown-reference", { name, has: s.typescript() });
      return found.value;
    },
  };
}

const BEST_RUN = ".best.run";

function nameFacts(name: string, s: HostContext): NameFacts {
  const best = name.endsWith(".best") ? s.best?.(name.slice(0, -".best".length)) : undefined;
  if (best) return { value: { record: best } };
  if (name.endsWith(BEST_RUN)) {
    const run = s.bestRun?.(name.slice(0, -BEST_RUN.length));
    if (run !== undefined) return { value: run };
  }
  const swept = /^(.+)\.best(?:\.run)?$/u.exec(name)?.[1];
  const trials = swept === undefined ? undefined : s.withoutBest?.(swept);
  if (swept !== undefined && trials !== undefined) throw new CodedError("no-best", { sweep: swept, trials });
  const found = s.live(name);
  if (!found) throw new CodedError("unknown-reference", { name, has: s.typescript() });
  const { value } = found;
  if (isPlain(value)) return { value };
  if (typeof value === "object" && value !== null && "columnNames" in value && typeof value.columnNames === "function")
    return { live: "table", columns: (value.columnNames as () => string[])() };
  return { live: "other" };
}

function isPlain(value: unknown): value is Value {
  if (value === null || ["string", "boolean"].includes(typeof value)) return true;
  if (typeof value === "number") return Number.isFinite(value);
  return Array.isArray(value) && value.every(isPlain);
}

/** Returns the stamps of all files that a plan reads; null if it also reads anything else. */
function stampOf({ source, annotations, clean }: DataPlan, folder: string): string | null {
  const stamps = sourceFileStamps(source, folder);
  if (!stamps) return null;
  const people = annotations
    ? [`${annotations.file} ${readFileStamp(resolve(folder, annotations.file)) ?? "none"}`]
    : [];
  return [...stamps, ...people, ...secretFingerprints(clean)].join("\n");
}

/** Reports how many rows have been processed. */
function rowsProgress({ onProgress }: HostContext, label: string): { onRows?: (done: number, total?: number) => void } {
  return onProgress ? { onRows: (done, total) => onProgress({ label, done, total: total ?? null }) } : {};
}
