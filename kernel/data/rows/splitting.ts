/** Assigns rows to splits. */
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import { implementationOf, mustFindWord } from "#dsl/language/types/loaded.js";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { RowToClean } from "#stdlib/data/contract.js";
import type {} from "#stdlib/splits/shared/codes.js";
import { isSourceCall, type DataRow } from "./rows.js";

export interface SplitRow {
  readonly row: DataRow;
  readonly split: string | null;
  /** Set if the row lost its split because it was thinned out of the training rows. */
  readonly thinned?: true;
}

/**
 * Assigns all rows at once, and returns them split by split, then those left out. Without `split` in the plan, the
 * sources' own splits are used, or a single one called `all`.
 */
export async function assignSplits(
  rows: readonly DataRow[],
  plan: DataPlan,
  registry: Registry,
): Promise<readonly SplitRow[]> {
  const names = plan.split
    ? (await implementationOf(registry, "split", plan.split.word)).assign(
        plan.split,
        rowsForSplitter(rows, plan, plan.split, registry),
        plan.seed,
      )
    : rows.map(ownSplit);
  const order = await orderedSplitNames(plan, registry, new Set(names.filter((name) => name !== null)));
  const splits = new Map<string | null, SplitRow[]>([...order, null].map((name) => [name, []]));
  rows.forEach((row, i) => {
    const split = names[i] ?? null;
    mustGet(splits, split, "split").push({ row, split });
  });
  return [...splits.values()].flat();
}

/** Assigns rows one by one. `foreseen`: splits found by a first pass. Coded error `split-not-streamed`. */
export async function rowSplitterOf(
  plan: DataPlan,
  registry: Registry,
  foreseen: readonly (string | null)[] | null = null,
): Promise<(row: DataRow) => SplitRow> {
  const { split } = plan;
  if (!split) return (row) => ({ row, split: ownSplit(row) });
  if (foreseen) {
    let next = 0;
    return (row) => ({ row, split: foreseen[next++] ?? null });
  }
  const word = await implementationOf(registry, "split", split.word);
  if (!word.stream)
    throw new CodedError("split-not-streamed", { split: split.word, why: "it looks at all rows at once" });
  const assign = word.stream(split, plan.seed);
  return (row) => ({ row, split: assign(rowsForSplitter([row], plan, split, registry)[0]!) });
}

function ownSplit(row: DataRow): string {
  return row.split ?? "all";
}

function inUsualOrder(order: readonly string[], found: ReadonlySet<string>): string[] {
  const usual = ["train", "validation", "test"].filter((name) => found.has(name) || order.includes(name));
  return [...new Set([...usual, ...order, ...found])];
}

/** Returns the names of a plan's splits in order, including empty ones. */
export async function orderedSplitNames(
  plan: DataPlan,
  registry: Registry,
  found: Iterable<string>,
): Promise<string[]> {
  if (!plan.split) return inUsualOrder(isSourceCall(plan.source) ? ["all"] : Object.keys(plan.source), new Set(found));
  const split = await implementationOf(registry, "split", plan.split.word);
  return inUsualOrder(split.names?.(plan.split) ?? [], new Set(found));
}

/** Returns a split's inputs: the columns it names (cleaned if they have a role), and `$group`. */
export function rowsForSplitter(
  rows: readonly DataRow[],
  plan: DataPlan,
  call: Call,
  registry: Registry,
): RowToClean[] {
  const named = mustFindWord(registry, "split", call.word)
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

export function columnValue(row: DataRow, column: string, plan: DataPlan): unknown {
  const role = Object.keys(plan.columns).find((r) => plan.columns[r] === column);
  return role === undefined ? row.table.get(column)?.[row.index] : row.values[role];
}
