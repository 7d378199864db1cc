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
import type { SourceContext } from "#stdlib/data/contract.js";
import { registry as whole } from "#stdlib/registry.js";
import { auditRows } from "./audit/audit.js";
import type { AuditedSplits } from "./audit/rows.js";
import type { AnnotationLines } from "./annotations/line.js";
import { unreadFieldNotes } from "./rows/conversations.js";
import { cleanAndSplitRows, type SplitAndCleanedRows } from "./pass/streamed-splits.js";
import { runDataPass, type RowSink } from "./pass/pass.js";
import type { PreparedData } from "./prepared.js";
import { readTableHeader as header, streamRows, ROWS_PER_YIELD, type DataRow } from "./rows/rows.js";
import { setRowSource, rowNameOf } from "./row/row-names.js";
import { rowJsonLine } from "./rows/line.js";
import { measureLengths, type MeasurementOptions } from "./rows/length-statistics.js";
import { scaleSampledFacts, type ReadSample } from "./rows/scaling.js";
import { unpackedFacts, type UnpackedFiles } from "./rows/bounded-look.js";
import { SourceReadNotes, sourceFactsOf } from "./rows/read-as.js";

export type { PreparedData } from "./prepared.js";

export interface PrepareOptions {
  /** Given: rows of plans that differ in `thin` alone are read, cleaned and divided once. */
  readonly begun?: (begin: () => Promise<ReadRows>) => Promise<ReadRows>;
  /** Given: rows that were looked through before are not looked through again. */
  readonly audits?: { auditFor(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> };
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
  readonly decisions?: AnnotationLines | undefined;
}

/** Rows that were read, and what was told of them meanwhile. */
export interface ReadRows {
  readonly rows: SplitAndCleanedRows;
  readonly read: SourceReadNotes;
  readonly unread: ReadonlySet<string>;
  /** Of files of which a part was read: rows by split, or by null for one source of all. */
  readonly left: ReadonlyMap<string | null, ReadSample>;
  readonly unpacks: readonly UnpackedFiles[];
}

/** `prepareRows`, then `measured`. Coded errors: those of both. */
export async function prepareMeasuredData(
  plan: DataPlan,
  world: SourceContext,
  options: PrepareOptions & MeasurementOptions = {},
): Promise<PreparedData> {
  return measureLengths(await prepareRows(plan, world, options), plan, options);
}

/**
 * Rows that fit in memory, read, cleaned, split and counted, whoever reads them: no lengths are known yet. Coded errors of
 * sources, cleaners and splits, and `unknown-column`, `not-text`, `missing-value`, `no-rows-left`.
 */
export async function prepareRows(
  plan: DataPlan,
  world: SourceContext,
  options: PrepareOptions = {},
): Promise<PreparedData> {
  const registry = options.registry ?? whole;
  const passing = { registry, streamed: false, signal: options.signal, decisions: options.decisions };
  const left = new Map<string | null, ReadSample>();
  const unpacked: UnpackedFiles[] = [];
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
  // What people decided of a row changes what it is.
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
  // Known once the rows were read.
  const { left: parts, unpacks } = begun ?? opened;
  const splits = rowSink.splits(names);
  // What is repeated to even out labels is one row all the same.
  const rows = new Map([...splits].map(([name, splitRows]) => [name, [...new Set(splitRows)]]));
  const look = () => auditRows(heldRows(rows), labels, { signal: options.signal, onRows: options.onCompared });
  return {
    name: plan.name,
    splits: Object.fromEntries([...splits].map(([name, rows]) => [name, tableOf(rows, plan)])),
    labels,
    facts: scaleSampledFacts(
      {
        ...facts,
        ...sourceFactsOf(read),
        notes: [...unreadFieldNotes(unread), ...(facts.notes ?? [])],
        ...unpackedFacts(unpacks),
        // What a part doesn't show may be in the rest.
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
    rowAt: (split, index) => must(rowsOfSplit(split)[index], `row ${String(index)} of ${split}`),
  };
}

/** Rows as they are, in memory. */
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

/** Column names and first rows of one source, for checks while someone types. */
export function readSourceHeader(source: Call, world: SourceContext, registry: Registry = whole): Promise<TableFacts> {
  return header(source, world, registry);
}

function tableOf(rows: readonly DataRow[], plan: DataPlan): ColumnTable {
  const roles = Object.keys(plan.columns).filter((role) => role !== "answer_start");
  const columns = ("tokens" in plan.columns && !roles.includes("text") ? [...roles, "text"] : roles).map(
    (role): [string, unknown[]] => [role, rows.map((row) => row.values[role])],
  );
  const table = makeTable([...columns, ["$row", rows.map((row) => row.row)]]);
  const sources = new Set(rows.map((row) => row.split));
  if (sources.size === 1) setRowSource(table, [...sources][0]!);
  return table;
}

/** Of the rows' numbers in their source, which an audit tells. */
function numbersOf(splits: ReadonlyMap<string, readonly DataRow[]>): string {
  const hash = sha256();
  for (const rows of splits.values()) hash.update(`${rows.map(rowNameOf).join()}\n`);
  return hash.end().slice(0, 32);
}
