/**
 * From a data plan to rows in memory, ready for tokens: read, give roles, clean, sample, split, look for leaks, count. Everything
 * random follows the plan's seed; the hash covers what a model will see, not where it lay.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import { must } from "#dsl/language/diagnostics/must.js";
import type { TableFacts } from "#dsl/language/types/facts.js";
import type { DataAudit } from "#dsl/language/types/audit-facts.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { sha256 } from "#platform/digest.js";
import type { SourceWorld } from "#stdlib/data/contract.js";
import { registry as whole } from "#stdlib/registry.js";
import { audited } from "./audit/audit.js";
import type { SplitRows } from "./audit/rows.js";
import type { Lines } from "./annotations/line.js";
import { unreadNotes } from "./rows/conversations.js";
import { parted, type Parted } from "./pass/streamed-splits.js";
import { pass, type Keeper } from "./pass/pass.js";
import type { Prepared } from "./prepared.js";
import { readHeader as header, streamRows, stride, type Row } from "./rows/rows.js";
import { nameRowsBy, rowName } from "./row/row-names.js";
import { lineOf } from "./rows/line.js";
import { measured, type Measures } from "./rows/length-statistics.js";
import { scaled, type Sampled } from "./rows/scaling.js";
import { unpacking, type Unpacks } from "./rows/bounded-look.js";
import { ReadAs, sourcesOf } from "./rows/read-as.js";

export type { Prepared } from "./prepared.js";

export interface PrepareOptions {
  /** Given: rows of plans that differ in `thin` alone are read, cleaned and divided once. */
  readonly begun?: (begin: () => Promise<Begun>) => Promise<Begun>;
  /** Given: rows that were looked through before are not looked through again. */
  readonly audits?: { of(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> };
  readonly signal?: AbortSignal;
  /** Told how many rows are read. */
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
  /** Told how many of the rows that train are compared with the others. */
  readonly onCompared?: ((done: number, of: number) => void) | undefined;
  /** Told how many bytes of a file of the net are here. */
  readonly onFetch?: ((file: string, done: number, total: number | null) => void) | undefined;
  readonly registry?: Registry;
  /** Bytes of each file that is streamed or packed after which the rest of it is left; absent: all is read. */
  readonly mostBytes?: number | undefined;
  /** What people decided about the rows of a plan with annotations. */
  readonly decisions?: Lines | undefined;
}

/** Rows that were read, and what was told of them meanwhile. */
export interface Begun {
  readonly rows: Parted;
  readonly read: ReadAs;
  readonly unread: ReadonlySet<string>;
  /** Of files of which a part was read: rows by split, or by null for one source of all. */
  readonly left: ReadonlyMap<string | null, Sampled>;
  readonly unpacks: readonly Unpacks[];
}

/** `prepareRows`, then `measured`. Coded errors: those of both. */
export async function prepare(
  plan: DataPlan,
  world: SourceWorld,
  o: PrepareOptions & Measures = {},
): Promise<Prepared> {
  return measured(await prepareRows(plan, world, o), plan, o);
}

/**
 * Rows that fit in memory, read, cleaned, split and counted, whoever reads them: no lengths are known yet. Coded errors of
 * sources, cleaners and splits, and `unknown-column`, `not-text`, `missing-value`, `no-rows-left`.
 */
export async function prepareRows(plan: DataPlan, world: SourceWorld, o: PrepareOptions = {}): Promise<Prepared> {
  const registry = o.registry ?? whole;
  const passing = { registry, streamed: false, signal: o.signal, decisions: o.decisions };
  const left = new Map<string | null, Sampled>();
  const unpacked: Unpacks[] = [];
  const opened = { unread: new Set<string>(), read: new ReadAs(), left, unpacks: unpacked };
  const chunks = (): AsyncIterable<readonly Row[]> =>
    streamRows(plan, {
      registry,
      world,
      signal: o.signal,
      onRows: o.onRows,
      unread: opened.unread,
      found: (file, what) => opened.read.add(file, what),
      mostBytes: o.mostBytes,
      onLeft: (split, rows, of) => left.set(split, { rows, of }),
      onUnpacks: (file) => unpacked.push(file),
    });
  // What people decided of a row changes what it is.
  const begun = plan.annotations
    ? null
    : await o.begun?.(async () => ({ ...opened, rows: await parted(plan, chunks(), passing) }));
  const { unread, read } = begun ?? opened;
  const held = new Held(Object.keys(plan.columns).sort());
  const { facts, labels, names, sample, annotated } = await pass(plan, begun?.rows ?? chunks(), held, passing);
  // Known once the rows were read.
  const { left: parts, unpacks } = begun ?? opened;
  const splits = held.splits(names);
  // What is repeated to even out labels is one row all the same.
  const rows = new Map([...splits].map(([name, own]) => [name, [...new Set(own)]]));
  const look = () => audited(heldRows(rows), labels, { signal: o.signal, onRows: o.onCompared });
  return {
    name: plan.name,
    splits: Object.fromEntries([...splits].map(([name, rows]) => [name, tableOf(rows, plan)])),
    labels,
    facts: scaled(
      {
        ...facts,
        ...sourcesOf(read),
        notes: [...unreadNotes(unread), ...(facts.notes ?? [])],
        ...unpacking(unpacks),
        // What a part doesn't show may be in the rest.
        ...(parts.size === 0 && {
          audit: await (o.audits?.of(`${facts.hash.slice(0, 32)}${numbersOf(rows)}`, look) ?? look()),
        }),
      },
      parts,
      facts.rowsIn,
    ),
    sample,
    ...(annotated && { annotated }),
  };
}

function heldRows(splits: ReadonlyMap<string, readonly Row[]>): SplitRows {
  const of = (split: string): readonly Row[] => splits.get(split) ?? [];
  return {
    names: [...splits.keys()],
    rows: (split) => of(split).length,
    *chunks(split) {
      for (let at = 0; at < of(split).length; at += stride) yield of(split).slice(at, at + stride);
    },
    at: (split, index) => must(of(split)[index], `row ${String(index)} of ${split}`),
  };
}

/** Rows as they are, in memory. */
class Held implements Keeper {
  private readonly all = new Map<string, Row[]>();
  constructor(private readonly roles: readonly string[]) {}

  keep(split: string, row: Row): void {
    const own = this.all.get(split) ?? [];
    this.all.set(split, own);
    own.push(row);
  }
  rows(split: string): number {
    return this.all.get(split)?.length ?? 0;
  }
  *lines(split: string): Generator<string> {
    const rows = this.all.get(split) ?? [];
    for (let at = 0; at < rows.length; at += stride)
      yield rows
        .slice(at, at + stride)
        .map(({ values }) => lineOf(this.roles, values))
        .join("");
  }
  splits(names: readonly string[]): ReadonlyMap<string, readonly Row[]> {
    return new Map(names.map((name) => [name, this.all.get(name) ?? []]));
  }
}

/** Column names and first rows of one source, for checks while someone types. */
export function readHeader(source: Call, world: SourceWorld, registry: Registry = whole): Promise<TableFacts> {
  return header(source, world, registry);
}

function tableOf(rows: readonly Row[], plan: DataPlan): ColumnTable {
  const roles = Object.keys(plan.columns).filter((role) => role !== "answer_start");
  const columns = ("tokens" in plan.columns && !roles.includes("text") ? [...roles, "text"] : roles).map(
    (role): [string, unknown[]] => [role, rows.map((row) => row.values[role])],
  );
  const table = makeTable([...columns, ["$row", rows.map((row) => row.row)]]);
  const sources = new Set(rows.map((row) => row.split));
  if (sources.size === 1) nameRowsBy(table, [...sources][0]!);
  return table;
}

/** Of the rows' numbers in their source, which an audit tells. */
function numbersOf(splits: ReadonlyMap<string, readonly Row[]>): string {
  const hash = sha256();
  for (const rows of splits.values()) hash.update(`${rows.map(rowName).join()}\n`);
  return hash.end().slice(0, 32);
}
