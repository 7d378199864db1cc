/**
 * What a session has at hand: prepared data sets and resolved base models, kept while what they were made from has not
 * changed, so that `data` and the `train` that follows read a file once. It answers the compiler's needs.
 */
import { totalmem, availableParallelism } from "node:os";
import { resolve } from "node:path";
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import type { EngineFacts, FactOf, NameFacts, Need, TableFacts } from "#dsl/language/types/facts.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { DataPlan, DataReader, ScratchPlan } from "#dsl/language/types/subject.js";
import type { Value } from "#dsl/language/types/value.js";
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

/** Says what computes on a device that is named. Coded errors where nothing does. */
export type EngineProbe = (need: Need & { about: "engine" }) => Promise<EngineFacts>;

/** Rows, and what they are to each model that reads them. */
interface Kept {
  readonly stamp: string;
  readonly made: Promise<PreparedData>;
  /** By reader: the same rows with lengths in their facts. */
  readonly measured: LRUCache<string, Promise<PreparedData>>;
}

/** Rows before they are thinned out. */
interface Started {
  readonly stamp: string;
  readonly made: Promise<ReadRows>;
}

/** What the beginning of a source said. */
interface Header {
  readonly stamp: string;
  readonly made: Promise<TableFacts>;
}

/**
 * What is kept, the last used first. A data set that is worked on is defined anew at every change, and each holds all its
 * rows; a tokenizer holds its vocabulary, a base the shapes of its weights.
 */
const most = { begun: 1, prepared: 8, readers: 8, headers: 8, bases: 16, tokenizers: 8 } as const;

/**
 * Rows that are held as they were before any was thinned out, of data that nobody thins yet: sizes of a sweep begin with them.
 * Data that are thinned are held so whatever they are, or each size would read them.
 */
const HELD = 20_000;

/** Bytes of a deployment's files that are looked into by a check: those that people write in. */
const LOOKED_INTO = 2 ** 22;

/** How far a look goes: bytes of each file that is streamed, rows of each split whose tokens are counted. */
const glance = { bytes: 64 * 2 ** 20, rows: 16_384 };

export class DatasetCache {
  /**
   * `glance`: data that are streamed, and the tokens of many rows, are judged by a part of them, unless they are known.
   * `tries`: starts an engine that is to compute on a named device for the question alone, where none is started afterwards.
   */
  constructor(private readonly options: { readonly glance?: boolean; readonly tries?: EngineProbe | undefined } = {}) {}

  private readonly prepared = new LRUCache<string, Kept>({ max: most.prepared });
  private readonly begun = new LRUCache<string, Started>({ max: most.begun });
  private readonly headers = new LRUCache<string, Header>({ max: most.headers });
  private readonly audits = new AuditCache();
  private readonly bases = new LRUCache<string, Promise<Base>>({ max: most.bases });
  private readonly tokenizers = new LRUCache<string, Promise<Tokenizer>>({ max: most.tokenizers });
  private readonly engines = new Map<string, Promise<EngineFacts>>();
  /** What `engine` chose; the plan's time estimate depends on it. */
  engine = "auto";
  /** Folders that lie elsewhere than where they are named: place by path, both absolute. */
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
   * Reads, cleans and splits a data set, and measures it for the model that reads it. The rows are kept until a file that
   * they come from changes, whoever reads them; `$x` tables are read afresh each time.
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

  /** What a source's beginning says of its columns: read again where a file that it comes from changed. */
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

  /** Read, cleaned and divided once for all sizes that are thinned out of them. */
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

  /** Values of a column that no role reads, of some rows: read again from the source. */
  column(plan: DataPlan, request: ColumnRequest, s: HostContext): Promise<readonly unknown[]> {
    const label = `rows of ${plan.name} read for ${request.column}`;
    return readColumnValues(plan, world(plan.folder, s), request, { signal: s.signal, ...rowsProgress(s, label) });
  }

  /** Reads columns later, for a handle of `prepared`. Coded error `source-changed` where the rows are others by then. */
  columnReader(plan: DataPlan, prepared: PreparedData, { signal: _, onProgress: __, ...s }: HostContext): ReadColumn {
    const stamp = () => sourceFileStamps(plan.source, resolve(s.folder, plan.folder))?.join("\n");
    const then = stamp();
    return async (request) => {
      // Sources that are no files (a database, a table of TypeScript) have no stamp: their rows are compared.
      const same =
        then === undefined ? (await this.data(plan, null, s)).facts.hash === prepared.facts.hash : then === stamp();
      if (!same) throw new CodedError("source-changed", { data: plan.name });
      return this.column(plan, request, s);
    };
  }

  /** Rows that were prepared before, while the files that they were read from are as they were. */
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

  /** A base of that name is this one, whatever lies in its place here: its files came by their hashes. */
  lend({ name, folder }: Pick<DataReader, "name" | "folder">, s: Pick<HostContext, "folder">, base: Base): void {
    this.bases.set(`${resolve(s.folder, folder)}\u0000${name}`, Promise.resolve(base));
  }

  /** A model from scratch: made again where the data that its tokenizer is trained on have changed. */
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
    // The tokenizers are native code; who only looks at tables must not need it.
    const made = import("../../bases/tokenizer.js").then((m) => m.loadTokenizer(base.folder));
    this.tokenizers.set(base.folder, made);
    made.catch(() => this.tokenizers.delete(base.folder));
    return made;
  }
}

/** Bytes of this machine's memory that may be used. */
export function availableMemoryBytes(): number {
  // Where nothing constrains it, the constraint is a number beyond any machine.
  return Math.min(process.constrainedMemory() || Infinity, totalmem());
}

/** Of the rows: what they are called is not in it, nor who reads them. */
function keyOfData(plan: DataPlan): string {
  return hashOf({ ...plan, name: "" });
}

/** How conversations are measured for a model that reads them. */
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

/** Of every file a plan reads; null when it reads anything else. */
function stampOf({ source, annotations, clean }: DataPlan, folder: string): string | null {
  const stamps = sourceFileStamps(source, folder);
  if (!stamps) return null;
  const people = annotations
    ? [`${annotations.file} ${readFileStamp(resolve(folder, annotations.file)) ?? "none"}`]
    : [];
  return [...stamps, ...people, ...secretFingerprints(clean)].join("\n");
}

/** Tells whoever waits how many rows of something are done. */
function rowsProgress({ onProgress }: HostContext, label: string): { onRows?: (done: number, total?: number) => void } {
  return onProgress ? { onRows: (done, total) => onProgress({ label, done, total: total ?? null }) } : {};
}
