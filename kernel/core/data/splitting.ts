/** Which rows go into which split, and what is to be said of it. */
import { mustGet } from "#dsl/diagnostics/must.js";
import { implementationOf, wordOf } from "#dsl/types/loaded.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import type { Registry } from "#dsl/types/registry.js";
import type { CleanRow } from "#stdlib/kinds/data.js";
import { isCall, type Row } from "./rows.js";

export interface Divided {
  /** Split name to rows, in the source's order. */
  readonly splits: ReadonlyMap<string, readonly Row[]>;
  readonly leftOut: readonly Row[];
  /** Sentences for the preview: how near stratification came. */
  readonly notes: readonly string[];
}

/** Without a split: the sources' own splits, or one called `all`. */
export async function divide(rows: readonly Row[], plan: DataPlan, registry: Registry): Promise<Divided> {
  let names: readonly (string | null)[];
  let order: readonly string[];
  if (plan.split) {
    const split = await implementationOf(registry, "split", plan.split.word);
    names = split.assign(plan.split, rowsForSplit(rows, plan, plan.split, registry), plan.seed);
    order = split.names?.(plan.split) ?? [];
  } else {
    names = rows.map((row) => row.split ?? "all");
    order = isCall(plan.source) ? ["all"] : Object.keys(plan.source);
  }
  const found = new Set(names.filter((name) => name !== null));
  const splits = new Map<string, Row[]>(inUsualOrder(order, found).map((name) => [name, []]));
  const leftOut: Row[] = [];
  rows.forEach((row, i) => {
    const name = names[i] ?? null;
    (name === null ? leftOut : mustGet(splits, name, "split")).push(row);
  });
  return { splits, leftOut, notes: stratification(splits, plan) };
}

function inUsualOrder(order: readonly string[], found: ReadonlySet<string>): string[] {
  const usual = ["train", "validation", "test"].filter((name) => found.has(name) || order.includes(name));
  return [...new Set([...usual, ...order, ...found])];
}

/** The names of a plan's splits in their order, those that no row fell into among them. */
export async function splitOrder(plan: DataPlan, registry: Registry, found: Iterable<string>): Promise<string[]> {
  if (!plan.split) return inUsualOrder(isCall(plan.source) ? ["all"] : Object.keys(plan.source), new Set(found));
  const split = await implementationOf(registry, "split", plan.split.word);
  return inUsualOrder(split.names?.(plan.split) ?? [], new Set(found));
}

/** One row as a split sees it. */
export function rowForSplit(row: Row, plan: DataPlan, call: Call, registry: Registry): CleanRow {
  return rowsForSplit([row], plan, call, registry)[0]!;
}

/** What a split sees: the columns that it names (cleaned where they have a role), and `$group`. */
function rowsForSplit(rows: readonly Row[], plan: DataPlan, call: Call, registry: Registry): CleanRow[] {
  const named = wordOf(registry, "split", call.word)
    .parameters.filter((p) => p.type.is === "column")
    .flatMap((p) => (typeof call.arguments[p.name] === "string" ? [call.arguments[p.name] as string] : []));
  return rows.map((row) => ({
    row: row.row,
    values: {
      ...Object.fromEntries(named.map((column) => [column, columnValue(row, column, plan)])),
      $group: row.values["group"],
    },
  }));
}

function columnValue(row: Row, column: string, plan: DataPlan): unknown {
  const role = Object.keys(plan.columns).find((r) => plan.columns[r] === column);
  return role === undefined ? row.table.get(column)?.[row.index] : row.values[role];
}

/** The greatest distance of any value's share in any split from its share in all rows. */
function stratification(splits: ReadonlyMap<string, readonly Row[]>, plan: DataPlan): string[] {
  const column = plan.split?.arguments["stratify"];
  if (typeof column !== "string") return [];
  const counts = new Map<string, Map<string, number>>();
  const whole = new Map<string, number>();
  let all = 0;
  for (const [split, rows] of splits) {
    const own = new Map<string, number>();
    for (const row of rows) {
      const value = String(columnValue(row, column, plan));
      own.set(value, (own.get(value) ?? 0) + 1);
      whole.set(value, (whole.get(value) ?? 0) + 1);
      all++;
    }
    counts.set(split, own);
  }
  let [worst, where] = [0, ""];
  for (const [split, own] of counts) {
    const rows = mustGet(splits, split, "split").length;
    if (rows === 0) continue;
    for (const [value, count] of whole) {
      const distance = Math.abs((own.get(value) ?? 0) / rows - count / all);
      if (distance > worst) [worst, where] = [distance, ` (${value} in ${split})`];
    }
  }
  const points = (worst * 100).toFixed(worst < 0.001 ? 2 : 1);
  return [`stratified by ${column}: shares are within ${points} percentage points of the whole${where}`];
}
