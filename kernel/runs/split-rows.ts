/** The rows of one split, in memory or on disk: their values by role, and short content hashes. */
import { createHash } from "node:crypto";
import type { RowColumn } from "#stdlib/tasks/kind.js";
import { rowTextKey } from "#stdlib/cleaners/shared/normal-form.js";
import { GrowingArray } from "../data/rows/growing.js";
import type { PreparedData } from "../data/prepared.js";
import { ROWS_PER_YIELD, yieldToEventLoop } from "../data/rows/rows.js";
import { streamedColumn } from "../data/rows/streamed-rows.js";

export interface PreparedDataSplit {
  readonly prepared: PreparedData;
  readonly split: string;
}

/** Rows per chunk of a split on disk. */
const CHUNK = 10_000;
/** Roles that `rowTextKey` reads; tokenized rows also have their text. */
const KEYED = ["text", "text_pair", "input", "messages", "question", "context"];
/**
 * Bytes of a hash: with a hundred thousand texts compared to ten thousand others, the chance of a collision is 4 in a
 * million.
 */
export const ROW_HASH_BYTES = 6;

/** Returns one value per row; undefined if the data have no such role. */
export function roleValuesOf(part: PreparedDataSplit, role: string): RowColumn | undefined {
  const { prepared, split } = part;
  const streamed = prepared.streamed?.[split];
  if (!streamed) {
    const table = prepared.splits[split];
    return table?.columnNames().includes(role) ? (table.array(role) as unknown as RowColumn) : undefined;
  }
  return streamedColumn(streamed, role, prepared.labels);
}

const hashed = new WeakMap<PreparedData, Map<string, Float64Array>>();

/** Returns an integer below 2^48 for each row, equal for two rows that `drop_duplicates` considers equal. */
export async function rowHashesOf({ prepared, split }: PreparedDataSplit, signal?: AbortSignal): Promise<Float64Array> {
  const known = hashed.get(prepared) ?? new Map<string, Float64Array>();
  hashed.set(prepared, known);
  const before = known.get(split);
  if (before) return before;
  const streamed = prepared.streamed?.[split];
  const table = prepared.splits[split];
  const count = streamed?.rows ?? table?.numRows() ?? 0;
  const out = new GrowingArray(Float64Array);
  const whole = table && rolesIn((role) => table.columnNames().includes(role)).map((role) => [role, table.array(role)]);
  if (rolesIn((role) => streamed?.has(role) ?? table?.columnNames().includes(role) ?? false).length === 0)
    return new Float64Array();
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    const columns = streamed
      ? rolesIn((role) => streamed.has(role)).map((role) => [role, streamed.values(role, from, to)] as const)
      : (whole as [string, ArrayLike<unknown>][]);
    for (let row = from; row < to; row++) {
      if (row % ROWS_PER_YIELD === 0) await yieldToEventLoop(signal);
      const index = streamed ? row - from : row;
      out.push(hashOf(rowTextKey(Object.fromEntries(columns.map(([role, values]) => [role, values[index]])))));
    }
  }
  const made = out.values().slice();
  known.set(split, made);
  return made;
}

function rolesIn(has: (role: string) => boolean): readonly string[] {
  return KEYED.filter(has);
}
function hashOf(key: string): number {
  return createHash("sha256").update(key).digest().readUIntBE(0, ROW_HASH_BYTES);
}
