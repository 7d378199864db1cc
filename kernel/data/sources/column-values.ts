/**
 * Reads column values of some rows from the source again, by row number: columns without a role are not stored with
 * prepared data. Texts that cleaners hide are hidden here, too.
 */
import type { DataPlan } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { CleanerImplementation, RowToClean, SourceContext } from "#stdlib/data/contract.js";
import { registry as whole } from "#stdlib/registry.js";
import type { ColumnRequest } from "../row/row.js";
import { isSourceCall, streamRows } from "../rows/rows.js";
import { fetchSourceFiles } from "./addresses.js";
import { sourceContextWithQueries } from "./prepare.js";

interface Options {
  readonly registry?: Registry;
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: ((done: number) => void) | undefined;
}

/**
 * In the order of `rows`; undefined for rows that no longer exist. Throws the coded errors of sources, and
 * `unknown-column`.
 */
export async function readColumnValues(
  plan: DataPlan,
  world: SourceContext,
  { column, source, rows }: ColumnRequest,
  { registry = whole, signal, onRows }: Options = {},
): Promise<readonly unknown[]> {
  const fetched = await fetchSourceFiles(plan.source, { folder: world.folder, split: plan.split !== null, signal });
  const all = fetched.source;
  const splitSource = source === null || isSourceCall(all) ? all : (all[source] ?? all);
  // A name that is no role is used as a column name.
  const { name, folder, seed, sample, labels } = plan;
  const columns = { [VALUE]: column };
  const only: DataPlan = { name, folder, seed, sample, labels, columns, source: splitSource, split: null, clean: [] };
  const wanted = new Set(Array.from(rows));
  const found = new Map<number, unknown>();
  const hide = await hiding(plan, registry);
  for await (const chunk of streamRows(only, {
    registry,
    world: sourceContextWithQueries(world, signal),
    signal,
    onRows,
  })) {
    for (const { row, values } of chunk) if (wanted.has(row)) found.set(row, hide(row, values[VALUE]));
    if (found.size === wanted.size) break;
  }
  return Array.from(rows, (row) => found.get(row));
}
const VALUE = "$value";

/** Returns a function that applies the hiding cleaners to a value, as to a text. */
async function hiding({ clean }: DataPlan, registry: Registry): Promise<(row: number, value: unknown) => unknown> {
  const loaded = await Promise.all(
    clean.map(async (call) => ({ call, cleaner: await implementationOf(registry, "cleaner", call.word) })),
  );
  const hide = loaded.flatMap(({ call, cleaner }) => (cleaner.hides ? [started(cleaner, call)] : []));
  if (hide.length === 0) return (_row, value) => value;
  return (row, value) => {
    if (!["string", "number", "bigint"].includes(typeof value)) return value;
    const text = String(value);
    const now = hide.reduce((text, cleaned) => cleaned({ row, values: { text } }), text);
    return now === text ? value : now;
  };
}

function started(cleaner: CleanerImplementation, call: DataPlan["clean"][number]): (row: RowToClean) => string {
  const clean = cleaner.start(call);
  return (row) => {
    const cleaned = clean(row);
    return "values" in cleaned ? String(cleaned.values["text"]) : "";
  };
}
