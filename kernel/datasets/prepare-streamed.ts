/**
 * `prepareRows` for data that are streamed: one pass over the sources cleans, splits and writes rows to the cache folder, looks
 * for leaks by fingerprints and counts. What is kept in memory of a row is a few numbers.
 * The same plan over the same files is not read again.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import canonicalize from "canonicalize";
import { implementationOf } from "#dsl/types/loaded.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { mustGet } from "#dsl/diagnostics/must.js";
import type { DataFacts, SplitFacts } from "#dsl/types/facts.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Registry } from "#dsl/types/registry.js";
import { isEmpty } from "#stdlib/cleaners/drop_empty.run.js";
import { textKey } from "#stdlib/lib/cleaners/normal-form.js";
import { Fingerprints } from "#stdlib/lib/fingerprints.js";
import type { CleanRow, SourceWorld } from "#stdlib/kinds/data.js";
import { cachePath, locked } from "../fetch/cache.js";
import { diskError } from "../fetch/disk.js";
import { cleaning, Drops } from "../core/data/cleaning.js";
import { Growing } from "../core/data/growing.js";
import { inOrder } from "../core/data/label-order.js";
import { lineOf } from "../core/data/line.js";
import type { Prepared } from "../core/data/prepared.js";
import { nameRowsBy, rowName } from "../core/data/row-names.js";
import { unreadNotes } from "../core/data/conversations.js";
import { isCall, streamRows, type Row } from "../core/data/rows.js";
import { rowForSplit, splitOrder } from "../core/data/splitting.js";
import { IndexWriter, indexFile, openStreamed, rowsFile, VERSION, type StreamedMeta } from "./streamed.js";
import { writeAll } from "./token-file.js";
import "../core/data/codes.js";
import type {} from "#stdlib/lib/splits/codes.js";
import { stampAt } from "../fetch/stamp.js";

interface Options {
  readonly registry: Registry;
  /** Bytes of each file after which the rest is left, unless all of it was read before; absent: all is read. */
  readonly mostBytes?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
}

/** Coded errors of sources, cleaners and splits, and those of `prepare`; `cannot-stream` for what needs all rows at once. */
export async function prepareStreamed(plan: DataPlan, world: SourceWorld, o: Options): Promise<Prepared> {
  if (plan.sample !== null)
    throw new CodedError("cannot-stream", {
      what: "`sample`",
      why: "it takes rows at equal distances over all of them",
    });
  const listed = ["labels", "score", "tokens", "tags", "question"].find((role) => role in plan.columns);
  if (listed !== undefined)
    throw new CodedError("cannot-stream", {
      what: `the role \`${listed}\``,
      why: "only texts and their labels are kept on disk",
    });
  const folderOf = (part?: number): string => {
    const what = { version: VERSION, plan: { ...plan, name: "", folder: "" }, stamp: stampsOf(plan, world), part };
    const key = createHash("sha256").update(canonicalize(what) ?? "");
    return cachePath("data", key.digest("hex").slice(0, 32));
  };
  let folder = folderOf();
  let streamed = openStreamed(folder);
  const part = streamed ? undefined : o.mostBytes;
  if (part !== undefined && filesOf(plan, world).some((file) => sizeOf(file) > part)) folder = folderOf(part);
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
    mkdirSync(temporary, { recursive: true });
    await writeInto(temporary, plan, world, o);
    rmSync(folder, { recursive: true, force: true }); // torn, or of an older version
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw diskError(error, folder);
  }
}

interface Output {
  readonly fd: number;
  readonly index: IndexWriter;
  pending: string[];
}

async function writeInto(folder: string, plan: DataPlan, world: SourceWorld, o: Options): Promise<void> {
  const roles = Object.keys(plan.columns).sort();
  const drops = new Drops();
  const clean = await cleaning(plan, o.registry, drops, { streamed: true });
  const assign = await assigning(plan, o.registry);
  const outputs = new Map<string, Output>();
  const output = (split: string): Output => {
    let own = outputs.get(split);
    if (!own)
      outputs.set(split, (own = { fd: openSync(rowsFile(folder, split), "w"), index: new IndexWriter(), pending: [] }));
    return own;
  };
  const labels = new Map<string, number>();
  const leaks = new Leaks();
  const missing = new Missing(plan);
  const sample: Readonly<Record<string, unknown>>[] = [];
  const shown = Object.entries(plan.columns);
  const unread = new Set<string>();
  const left = new Map<string | null, Sampled>();
  let read = 0;
  try {
    for await (const rows of streamRows(plan, {
      ...{ registry: o.registry, world, signal: o.signal, onRows: o.onRows, unread, mostBytes: o.mostBytes },
      onLeft: (split, rows, of) => left.set(split, { rows, of }),
    })) {
      read += rows.length;
      for (const row of rows) {
        const kept = clean(row);
        if (!kept || missing.look(kept)) continue;
        if (sample.length < 5)
          sample.push(Object.fromEntries(shown.map(([role, column]) => [column, kept.values[role]])));
        const split = assign(kept);
        if (split === null) {
          drops.add("left out by the split", rowName(kept));
          continue;
        }
        leaks.look(kept, split);
        const line = lineOf(roles, kept.values);
        const own = output(split);
        own.index.add(Buffer.byteLength(line), labelNumber(labels, kept), kept.row);
        own.pending.push(line);
      }
      for (const own of outputs.values()) flush(own);
    }
  } finally {
    for (const { fd } of outputs.values()) closeSync(fd);
  }
  missing.demandNone();
  const kept = [...outputs.values()].reduce((sum, { index }) => sum + index.rows, 0);
  if (kept === 0) throw new CodedError("no-rows-left", { rowsIn: read, dropped: drops.list() });
  const names = await splitOrder(plan, o.registry, outputs.keys());
  for (const name of names) if (!outputs.has(name)) closeSync(output(name).fd); // a split without rows
  const listed = "label" in plan.columns ? (plan.labels ?? inOrder(labels.keys())) : [];
  const all = [...new Set([...listed, ...labels.keys()])];
  const order = Int32Array.from(labels.keys(), (label) => all.indexOf(label));
  const counts = (index: IndexWriter) => {
    const found = index.counts(labels.size);
    const by = new Map([...labels].map(([label, number]) => [label, found[number]!]));
    return all
      .map((label) => ({ label, count: by.get(label) ?? 0 }))
      .filter((l, i) => i < listed.length || l.count > 0);
  };
  for (const name of names) writeFileSync(indexFile(folder, name), mustGet(outputs, name, "split").index.file(order));
  const facts: DataFacts = {
    rowsIn: read,
    kept,
    dropped: drops.list(),
    splits: Object.fromEntries(
      names.map((name) => {
        const { index } = mustGet(outputs, name, "split");
        return [name, { rows: index.rows, labels: "label" in plan.columns ? counts(index) : [], lengths: null }];
      }),
    ),
    labels: listed,
    ...leaks.found(outputs.size),
    hash: await hashOf(folder, names, roles, listed, outputs),
    notes: [
      ...unreadNotes(unread),
      ...(plan.split?.arguments["stratify"]
        ? [`streamed: shares are drawn row by row, strata keep theirs on average`]
        : []),
    ],
  };
  const sizes = names.map((name) => [
    name,
    { bytes: mustGet(outputs, name, "split").index.bytes, rows: mustGet(outputs, name, "split").index.rows },
  ]);
  const meta: StreamedMeta = {
    version: VERSION,
    roles,
    labels: listed,
    facts: scaled(facts, left, read),
    sample,
    splits: Object.fromEntries(sizes) as StreamedMeta["splits"],
  };
  writeFileSync(join(folder, "facts.json"), JSON.stringify(meta));
}

interface Sampled {
  readonly rows: number;
  readonly of: number;
}
/** Counts as they would be of all rows, where rests of files were left. `left`: by split, or null for one source of all. */
function scaled(facts: DataFacts, left: ReadonlyMap<string | null, Sampled>, read: number): DataFacts {
  if (left.size === 0) return facts;
  const of = read + [...left.values()].reduce((sum, one) => sum + one.of - one.rows, 0);
  const splits = Object.entries(facts.splits).map(([name, split]): [string, SplitFacts] => {
    const own = left.get(null) ?? left.get(name);
    const factor = own ? own.of / own.rows : 1;
    const count = (n: number): number => Math.round(n * factor);
    const labels = split.labels.map((label) => ({ ...label, count: count(label.count) }));
    return [name, { ...split, rows: count(split.rows), labels }];
  });
  const share = of / read;
  return {
    ...facts,
    dropped: facts.dropped.map((one) => ({ ...one, count: Math.round(one.count * share) })),
    ...{ rowsIn: of, kept: splits.reduce((sum, [, split]) => sum + split.rows, 0) },
    splits: Object.fromEntries(splits),
    sampled: { rows: read, of },
  };
}

function flush(own: Output): void {
  if (own.pending.length === 0) return;
  writeAll(own.fd, Buffer.from(own.pending.join("")));
  own.pending = [];
}

/** Labels in order of appearance; −1 where a row has none. */
function labelNumber(labels: Map<string, number>, row: Row): number {
  const value = row.values["label"];
  if (value === undefined || value === null) return -1;
  const label = String(value as string | number);
  let number = labels.get(label);
  if (number === undefined) labels.set(label, (number = labels.size));
  return number;
}

async function assigning(plan: DataPlan, registry: Registry): Promise<(row: Row) => string | null> {
  const { split } = plan;
  if (!split) return (row) => row.split ?? "all";
  const word = await implementationOf(registry, "split", split.word);
  if (!word.stream)
    throw new CodedError("split-not-streamed", { split: split.word, why: "it looks at all rows at once" });
  const assign: (row: CleanRow) => string | null = word.stream(split, plan.seed);
  return (row) => assign(rowForSplit(row, plan, split, registry));
}

/** Rows without text or label: counted, and an error at the end that names the first. */
class Missing {
  private readonly roles: readonly (readonly [string, string])[];
  private readonly rows = new Map<string, { rows: RowName[]; count: number }>();
  constructor(plan: DataPlan) {
    this.roles = ["text", "text_pair", "negative", "messages", "input", "target", "label"].flatMap((role) =>
      plan.columns[role] === undefined ? [] : [[role, plan.columns[role]] as const],
    );
  }
  look(row: Row): boolean {
    const role = this.roles.find(([name]) => isEmpty(row.values[name]));
    if (!role) return false;
    const own = this.rows.get(role[0]) ?? { rows: [], count: 0 };
    this.rows.set(role[0], own);
    own.count++;
    if (own.rows.length < 5) own.rows.push(rowName(row));
    return true;
  }
  demandNone(): void {
    for (const [role, column] of this.roles) {
      const own = this.rows.get(role);
      if (own) throw new CodedError("missing-value", { role, column, ...own });
    }
  }
}

/** Texts that stand in more than one split, by fingerprint; the first twenty with their rows. */
class Leaks {
  private readonly texts = new Fingerprints();
  /** Of each text that was met: split and row of its first place. */
  private readonly splits: string[] = [];
  private readonly first = { split: new Growing(Int32Array), row: new Growing(Int32Array) };
  private readonly leaked = new Map<number, { text: string; places: { split: string; row: number }[] } | null>();

  look(row: Row, split: string): void {
    let number = this.splits.indexOf(split);
    if (number < 0) number = this.splits.push(split) - 1;
    const before = this.texts.meet(textKey(row.values), this.first.row.length);
    if (before === undefined) {
      this.first.split.push(number);
      this.first.row.push(row.row);
      return;
    }
    const from = this.first.split.values()[before]!;
    if (from === number && !this.leaked.has(before)) return;
    if (!this.leaked.has(before)) {
      const places = [{ split: this.splits[from]!, row: this.first.row.values()[before]! }];
      this.leaked.set(
        before,
        this.leaked.size < 20
          ? { text: String((row.values["text"] ?? row.values["messages"] ?? row.values["input"]) as string), places }
          : null,
      );
    }
    const leak = this.leaked.get(before);
    if (leak && leak.places.length < 6) leak.places.push({ split, row: row.row });
  }

  found(splits: number): Pick<DataFacts, "leaks" | "leakCount"> {
    if (splits < 2) return { leaks: [], leakCount: 0 };
    return { leaks: [...this.leaked.values()].filter((leak) => leak !== null), leakCount: this.leaked.size };
  }
}

/** What `prepare` hashes: roles and labels, then each split's rows. */
async function hashOf(
  folder: string,
  names: readonly string[],
  roles: readonly string[],
  labels: readonly string[],
  outputs: ReadonlyMap<string, Output>,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([roles, labels]));
  for (const name of names) {
    hash.update(`\n${JSON.stringify(name)} ${mustGet(outputs, name, "split").index.rows}\n`);
    for await (const bytes of createReadStream(rowsFile(folder, name))) hash.update(bytes as Buffer);
  }
  return hash.digest("hex");
}

/** Path and stamp of each file that is read. */
function stampsOf(plan: DataPlan, world: SourceWorld): readonly string[] {
  return filesOf(plan, world).map((file) => `${file} ${stampAt(file) ?? "missing"}`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Absolute paths. Coded error `cannot-stream`. */
function filesOf(plan: DataPlan, world: SourceWorld): readonly string[] {
  const calls = isCall(plan.source) ? [plan.source] : Object.values(plan.source);
  return calls.map((call) => {
    const path = call.arguments["path"];
    if (typeof path !== "string")
      throw new CodedError("cannot-stream", {
        what: `\`${call.word}\` beside a streamed source`,
        why: "only files have a stamp by which rows are kept",
      });
    return resolve(world.folder, path);
  });
}
