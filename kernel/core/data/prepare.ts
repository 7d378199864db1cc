/**
 * From a data plan to rows ready for tokens: read, give roles, clean, sample, split, look for leaks, count. Everything random
 * follows the plan's seed; the hash covers what a model will see, not where it lay.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { DataFacts, SplitFacts, TableFacts } from "#dsl/types/facts.js";
import type { DataAudit } from "#dsl/types/audit-facts.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import type { Registry } from "#dsl/types/registry.js";
import { isEmpty, needed } from "#stdlib/cleaners/drop_empty.run.js";
import type { Answer } from "#stdlib/lib/answers.js";
import { sha256 } from "#platform/digest.js";
import type { SourceWorld } from "#stdlib/kinds/data.js";
import { registry as whole } from "#stdlib/registry.js";
import { cleaning, Drops } from "./cleaning.js";
import { audited } from "./audit/audit.js";
import { unreadNotes } from "./conversations.js";
import { findLeaks } from "./leaks.js";
import type { Prepared } from "./prepared.js";
import { answersText, placeAnswers } from "./answers.js";
import { readHeader as header, readRows, stride, turn, type Row } from "./rows.js";
import { nameRowsBy, rowName } from "./row-names.js";
import { inOrder } from "./label-order.js";
import { lineOf } from "./line.js";
import { divide } from "./splitting.js";
import { measured, type Measures } from "./measured.js";
import "./codes.js";

export type { Prepared } from "./prepared.js";

export interface PrepareOptions {
  /** Given: rows that were looked through before are not looked through again. */
  readonly audits?: { of(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> };
  readonly signal?: AbortSignal;
  /** Told how many rows are read. */
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
  /** Told how many of the rows that train are compared with the others. */
  readonly onCompared?: ((done: number, of: number) => void) | undefined;
  readonly registry?: Registry;
  /** Bytes of each streamed file after which the rest of it is left; absent: all is read. */
  readonly mostBytes?: number | undefined;
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
  const unread = new Set<string>();
  const source = await readRows(plan, { registry, world, signal: o.signal, onRows: o.onRows, unread });
  const dropped = new Drops();
  const clean = placeAnswers(await cleaned(source, plan, registry, dropped, o.signal));
  if (clean.length === 0) throw new CodedError("no-rows-left", { rowsIn: source.length, dropped: dropped.list() });
  demandValues(clean, plan);
  const sampled = evenly(clean, plan.sample);
  if (sampled.length < clean.length) dropped.count("outside the sample", clean.length - sampled.length);
  const { splits, leftOut, notes } = await divide(sampled, plan, registry);
  for (const row of leftOut) dropped.add("left out by the split", rowName(row));

  const role = labelRole(plan);
  const labels = role === null ? [] : (plan.labels ?? inOrder(new Set(sampled.flatMap((row) => labelsOf(row, role)))));
  const tables = Object.fromEntries([...splits].map(([name, rows]) => [name, tableOf(rows, plan)]));
  const split = Object.fromEntries(
    [...splits].map(([name, rows]): [string, SplitFacts] => [
      name,
      { rows: rows.length, labels: labelCounts(rows, role, labels), lengths: null },
    ]),
  );
  const hash = hashOf(splits, labels, plan);
  const look = () => audited(splits, labels, { signal: o.signal, onRows: o.onCompared });
  const facts: DataFacts = {
    rowsIn: source.length,
    kept: sampled.length - leftOut.length,
    dropped: dropped.list(),
    splits: split,
    labels,
    ...findLeaks(splits),
    hash,
    notes: [...unreadNotes(unread), ...notes],
    audit: await (o.audits?.of(`${hash.slice(0, 32)}${numbersOf(splits)}`, look) ?? look()),
  };
  const roles = Object.entries(plan.columns);
  const sample = sampled
    .slice(0, 5)
    .map(({ values }) => Object.fromEntries(roles.map(([role, column]) => [column, shownValue(plan, role, values)])));
  return { name: plan.name, splits: tables, labels, facts, sample };
}

/** Column names and first rows of one source, for checks while someone types. */
export function readHeader(source: Call, world: SourceWorld, registry: Registry = whole): Promise<TableFacts> {
  return header(source, world, registry);
}

async function cleaned(
  rows: readonly Row[],
  plan: DataPlan,
  registry: Registry,
  drops: Drops,
  signal?: AbortSignal,
): Promise<Row[]> {
  const clean = await cleaning(plan, registry, drops);
  const out: Row[] = [];
  for (const [at, row] of rows.entries()) {
    if (at % stride === 0) await turn(signal);
    const left = clean(row);
    if (left) out.push(left);
  }
  return out;
}

/** What the task reads of every row is there, or the error names the rows. */
function demandValues(rows: readonly Row[], plan: DataPlan): void {
  for (const role of needed) {
    const column = plan.columns[role];
    if (column === undefined) continue;
    const without = rows.filter((row) => isEmpty(row.values[role]));
    if (without.length > 0)
      throw new CodedError("missing-value", {
        role,
        column,
        rows: without.slice(0, 5).map(rowName),
        count: without.length,
      });
  }
}

/** `count` rows at equal distances over the data. */
function evenly(rows: readonly Row[], count: number | null): readonly Row[] {
  if (count === null || count >= rows.length) return rows;
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
}

/** The role whose values are labels. */
function labelRole(plan: DataPlan): "label" | "labels" | "tags" | null {
  return (["label", "labels", "tags"] as const).find((role) => role in plan.columns) ?? null;
}

function labelsOf(row: Row, role: string): readonly string[] {
  const value = row.values[role];
  return Array.isArray(value) ? (value as readonly string[]) : [String(value)];
}

/** In the order of `labels`, those that are not among them last. */
function labelCounts(rows: readonly Row[], role: string | null, labels: readonly string[]): SplitFacts["labels"] {
  const counts = new Map(labels.map((label) => [label, 0]));
  if (role !== null)
    for (const row of rows) for (const label of labelsOf(row, role)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => ({ label, count }));
}

function shownValue(plan: DataPlan, role: string, values: Row["values"]): unknown {
  const answers =
    role === "answer" && plan.columns["context"] !== undefined ? (values["answer"] as readonly Answer[]) : null;
  return answers ? answersText(answers) : values[role];
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

function hashOf(splits: ReadonlyMap<string, readonly Row[]>, labels: readonly string[], plan: DataPlan): string {
  const roles = Object.keys(plan.columns).sort();
  const hash = sha256().update(JSON.stringify([roles, labels]));
  for (const [name, rows] of splits) {
    hash.update(`\n${JSON.stringify(name)} ${rows.length}\n`);
    for (const row of rows) hash.update(lineOf(roles, row.values));
  }
  return hash.end();
}
