/**
 * Cache of a session: prepared data sets and resolved base models. Entries stay valid until their sources change, so
 * that `data` and a following `train` read a file once.
 */
import { resolve } from "node:path";
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineFacts, MachineFacts, Need, TableFacts } from "#dsl/language/types/facts.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { DataPlan, DataReadingSettings } from "#dsl/language/types/value.js";
import type { BaseModel } from "../../bases/base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { readColumnValues } from "../../data/sources/column-values.js";
import { AuditCache } from "../../data/sources/kept-audits.js";
import type { ReadColumnFunction } from "../../data/rows/handle.js";
import type { ColumnRequest } from "../../data/row/row.js";
import type { ReadAndSplitRows, PreparedData } from "../../data/prepare.js";
import { measurePreparedData, prepareFetchedRows, readFetchedHeader } from "../../data/sources/prepare.js";
import { chatMeasurer } from "../../data/encoding/chat.js";
import type { HostContext } from "../../host/host-context.js";
import { dataPlanFileStamps, sourceFileStamps } from "../../data/sources/files-read.js";
import { BaseCache } from "../../models/base-cache.js";

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
  readonly made: Promise<ReadAndSplitRows>;
}

/** Column facts from the beginning of a source. */
interface Header {
  readonly stamp: string;
  readonly made: Promise<TableFacts>;
}

/**
 * Maximum numbers of cached entries; the least recently used are dropped. A data set under work is redefined with every
 * change and each version stores all its rows.
 */
const most = { begun: 1, prepared: 8, readers: 8, headers: 8 } as const;

/**
 * Maximum number of rows that stay cached before subsampling, for data that are not subsampled yet: a sweep over data
 * sizes starts from them. Data that are subsampled are always cached this way, or each size would read the source
 * again.
 */
const HELD = 20_000;

/** Limits of a partial check: bytes of each streamed file, and rows of each split whose tokens are counted. */
const glance = { bytes: 64 * 2 ** 20, rows: 16_384 };

export class DatasetCache {
  /**
   * `glance`: judges streamed data and the token counts of many rows by a part of them, unless they are cached.
   * `tries`: starts an engine only to answer a question about a named device; used where no engine is started
   * afterwards. `machine`: reported instead of this machine.
   */
  constructor(
    private readonly options: {
      readonly glance?: boolean;
      readonly tries?: EngineProbe | undefined;
      readonly machine?: MachineFacts;
    } = {},
  ) {}

  private readonly prepared = new LRUCache<string, Kept>({ max: most.prepared });
  private readonly begun = new LRUCache<string, Started>({ max: most.begun });
  private readonly headers = new LRUCache<string, Header>({ max: most.headers });
  private readonly audits = new AuditCache();
  private readonly bases = new BaseCache();
  private readonly engines = new Map<string, Promise<EngineFacts>>();
  /** The chosen `engine`; the plan's time estimate depends on it. */
  engine = "auto";
  /** Folders whose files are in another place: maps the named path to the actual one, both absolute. */
  readonly aside = this.bases.aside;

  /** Facts that replace those of this machine; undefined if there are none. */
  get machine(): MachineFacts | undefined {
    return this.options.machine;
  }

  /** Returns what a named device can do; `{ title: null }` if engines are not tried. */
  async device(need: Need & { about: "engine" }): Promise<EngineFacts> {
    const { tries } = this.options;
    if (!tries) return { title: null };
    const key = `${need.engine} ${need.device}`;
    const known = this.engines.get(key) ?? tries(need);
    this.engines.set(key, known);
    return known;
  }

  /**
   * Reads, cleans and splits a data set, and measures it for the model that reads it. The rows are cached for all
   * readers until one of their source files changes; `$x` tables are read again each time.
   */
  async data(plan: DataPlan, reader: DataReadingSettings | null, s: HostContext): Promise<PreparedData> {
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
  header({ source, folder }: Need & { about: "table" }, s: HostContext): Promise<TableFacts> {
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
    const stamp = dataPlanFileStamps(plan, resolve(s.folder, plan.folder));
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
  private started(plan: DataPlan, stamp: string, begin: () => Promise<ReadAndSplitRows>): Promise<ReadAndSplitRows> {
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
    reader: DataReadingSettings,
    s: HostContext,
  ): Promise<PreparedData> {
    const base = await this.base(reader, s);
    const tokenizer = await this.tokenizer(base);
    const lengths = await chatMeasurer(reader, base, tokenizer, plan.name);
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
  columnReader(
    plan: DataPlan,
    prepared: PreparedData,
    { signal: _, onProgress: __, ...s }: HostContext,
  ): ReadColumnFunction {
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
    const stamp = dataPlanFileStamps(plan, resolve(s.folder, plan.folder));
    return known && (stamp === null || known.stamp === stamp) ? known.made : null;
  }

  /** Returns a base model; for one from scratch, also reads the data that its tokenizer is trained on. */
  async base(reader: Pick<DataReadingSettings, "name" | "folder" | "scratch">, s: HostContext): Promise<BaseModel> {
    if (!reader.scratch) return this.bases.named(reader, s);
    const { data } = reader.scratch;
    return this.bases.scratch(reader.scratch, data ? await this.data(data, null, s) : null, s);
  }

  /**
   * Registers a base model under this name, whatever the path contains on this machine: its files were transferred by
   * hash.
   */
  lend(reader: Pick<DataReadingSettings, "name" | "folder">, s: Pick<HostContext, "folder">, base: BaseModel): void {
    this.bases.lend(reader, s, base);
  }

  tokenizer(base: BaseModel): Promise<Tokenizer> {
    return this.bases.tokenizer(base);
  }
}

/** Hashes the plan of the rows, without the data's name; the reader is not part of it either. */
function keyOfData(plan: DataPlan): string {
  return hashOf({ ...plan, name: "" });
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

/** Reports how many rows have been processed. */
function rowsProgress({ onProgress }: HostContext, label: string): { onRows?: (done: number, total?: number) => void } {
  return onProgress ? { onRows: (done, total) => onProgress({ label, done, total: total ?? null }) } : {};
}
