/**
 * Turns a data plan into rows in memory: reads, assigns roles, cleans, samples, splits, finds leaks, counts. Everything
 * random follows the plan's seed; the hash covers what a model will see, not the files' location.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { DataAudit } from "#dsl/language/types/audit-facts.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { sha256 } from "#platform/digest.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import { registry as whole } from "#stdlib/registry.js";
import { auditRows } from "./audit/audit.js";
import type { AuditedSplits } from "./audit/rows.js";
import type { ParsedAnnotationLines } from "./annotations/line.js";
import { unreadFieldNotes } from "./rows/conversations.js";
import { cleanAndSplitRows, type SplitAndCleanedRows } from "./pass/streamed-splits.js";
import { runDataPass, type RowSink } from "./pass/pass.js";
import type { PreparedData } from "./prepared.js";
import { streamRows, ROWS_PER_YIELD, type DataRow } from "./rows/rows.js";
import { setSplitSource, rowNameOf } from "./row/row.js";
import { rowJsonLine } from "./rows/line.js";
import { measureLengths, type LengthMeasurementOptions } from "./rows/length-statistics.js";
import {
  scaleSampledFacts,
  type PartialReadCounts,
  unpackedFacts,
  type UnpackedSize,
  SourceReadNotes,
  sourceNotesOf,
} from "./rows/bounded-look.js";

export type { PreparedData } from "./prepared.js";

export interface PrepareOptions {
  /** If set, plans that differ only in `thin` share one pass of reading, cleaning and splitting. */
  readonly begun?: (begin: () => Promise<ReadAndSplitRows>) => Promise<ReadAndSplitRows>;
  /** If set, audits of the same rows are reused. */
  readonly audits?: { auditFor(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> };
  readonly signal?: AbortSignal;
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
  /** Reports the training rows compared with the others so far. */
  readonly onCompared?: ((done: number, of: number) => void) | undefined;
  /** Reports the bytes downloaded of a remote file. */
  readonly onFetch?: ((file: string, done: number, total: number | null) => void) | undefined;
  readonly registry?: Registry;
  /** Maximum bytes of each streamed or packed file; the rest is not read. Defaults to no limit. */
  readonly mostBytes?: number | undefined;
  /** People's decisions on the rows of a plan with annotations. */
  readonly decisions?: ParsedAnnotationLines | undefined;
}

export interface ReadAndSplitRows {
  readonly rows: SplitAndCleanedRows;
  readonly read: SourceReadNotes;
  readonly unread: ReadonlySet<string>;
  /** For partly read files: the rows by split, or by null for a single source. */
  readonly left: ReadonlyMap<string | null, PartialReadCounts>;
  readonly unpacks: readonly UnpackedSize[];
}

/** Runs `prepareRows`, then `measured`. Throws the coded errors of both. */
export async function prepareMeasuredData(
  plan: DataPlan,
  world: SourceContext,
  options: PrepareOptions & LengthMeasurementOptions = {},
): Promise<PreparedData> {
  return measureLengths(await prepareRows(plan, world, options), plan, options);
}

/**
 * Reads, cleans, splits and counts rows that fit in memory. Independent of the model: no lengths in tokens are known
 * yet. Coded errors of sources, cleaners and splits, and `unknown-column`, `not-text`, `missing-value`, `no-rows-left`.
 */
export async function prepareRows(
  plan: DataPlan,
  world: SourceContext,
  options: PrepareOptions = {},
): Promise<PreparedData> {
  const registry = options.registry ?? whole;
  const passing = { registry, streamed: false, signal: options.signal, decisions: options.decisions };
  const left = new Map<string | null, PartialReadCounts>();
  const unpacked: UnpackedSize[] = [];
  const opened = { unread: new Set<string>(), read: new SourceReadNotes(), left, unpacks: unpacked };
  const chunks = (): AsyncIterable<readonly DataRow[]> =>
    streamRows(plan, {
      registry,
      world,
      signal: options.signal,
      onRows: options.onRows,
      unread: opened.unread,
      found: (file, what) => opened.read.add(file, what),
      mostBytes: options.mostBytes,
      onLeft: (split, rows, total) => left.set(split, { rows, total }),
      onUnpacks: (file) => unpacked.push(file),
    });
  // Plans with annotations are not shared, because decisions change the rows.
  const begun = plan.annotations
    ? null
    : await options.begun?.(async () => ({ ...opened, rows: await cleanAndSplitRows(plan, chunks(), passing) }));
  const { unread, read } = begun ?? opened;
  const rowSink = new Held(Object.keys(plan.columns).sort());
  const { facts, labels, names, sample, annotated } = await runDataPass(
    plan,
    begun?.rows ?? chunks(),
    rowSink,
    passing,
  );
  // Only complete after the rows were read.
  const { left: parts, unpacks } = begun ?? opened;
  const splits = rowSink.splits(names);
  // A row that is repeated to balance labels is audited once.
  const rows = new Map([...splits].map(([name, splitRows]) => [name, [...new Set(splitRows)]]));
  const look = () => auditRows(heldRows(rows), labels, { signal: options.signal, onRows: options.onCompared });
  return {
    name: plan.name,
    splits: Object.fromEntries([...splits].map(([name, rows]) => [name, tableOf(rows, plan)])),
    labels,
    facts: scaleSampledFacts(
      {
        ...facts,
        ...sourceNotesOf(read),
        notes: [...unreadFieldNotes(unread), ...(facts.notes ?? [])],
        ...unpackedFacts(unpacks),
        // No audit of partly read data: problems may be in the rest.
        ...(parts.size === 0 && {
          audit: await (options.audits?.auditFor(`${facts.hash.slice(0, 32)}${numbersOf(rows)}`, look) ?? look()),
        }),
      },
      parts,
      facts.rowsIn,
    ),
    sample,
    ...(annotated && { annotated }),
  };
}

function heldRows(splits: ReadonlyMap<string, readonly DataRow[]>): AuditedSplits {
  const rowsOfSplit = (split: string): readonly DataRow[] => splits.get(split) ?? [];
  return {
    names: [...splits.keys()],
    rows: (split) => rowsOfSplit(split).length,
    *chunks(split) {
      for (let start = 0; start < rowsOfSplit(split).length; start += ROWS_PER_YIELD)
        yield rowsOfSplit(split).slice(start, start + ROWS_PER_YIELD);
    },
    rowAt: (split, index) => mustExist(rowsOfSplit(split)[index], `row ${String(index)} of ${split}`),
  };
}

/** Keeps rows in memory. */
class Held implements RowSink {
  private readonly all = new Map<string, DataRow[]>();
  constructor(private readonly roles: readonly string[]) {}

  keep(split: string, row: DataRow): void {
    const splitRows = this.all.get(split) ?? [];
    this.all.set(split, splitRows);
    splitRows.push(row);
  }
  rows(split: string): number {
    return this.all.get(split)?.length ?? 0;
  }
  *lines(split: string): Generator<string> {
    const rows = this.all.get(split) ?? [];
    for (let start = 0; start < rows.length; start += ROWS_PER_YIELD)
      yield rows
        .slice(start, start + ROWS_PER_YIELD)
        .map(({ values }) => rowJsonLine(this.roles, values))
        .join("");
  }
  splits(names: readonly string[]): ReadonlyMap<string, readonly DataRow[]> {
    return new Map(names.map((name) => [name, this.all.get(name) ?? []]));
  }
}

function tableOf(rows: readonly DataRow[], plan: DataPlan): ColumnTable {
  const roles = Object.keys(plan.columns).filter((role) => role !== "answer_start");
  const columns = ("tokens" in plan.columns && !roles.includes("text") ? [...roles, "text"] : roles).map(
    (role): [string, unknown[]] => [role, rows.map((row) => row.values[role])],
  );
  const table = makeTable([...columns, ["$row", rows.map((row) => row.row)]]);
  const sources = new Set(rows.map((row) => row.split));
  if (sources.size === 1) setSplitSource(table, [...sources][0]!);
  return table;
}

/** Hashes the rows' numbers in their source, which an audit reports. */
function numbersOf(splits: ReadonlyMap<string, readonly DataRow[]>): string {
  const hash = sha256();
  for (const rows of splits.values()) hash.update(`${rows.map(rowNameOf).join()}\n`);
  return hash.end().slice(0, 32);
}
