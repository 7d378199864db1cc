/** Rows of earlier training data that are replayed: how they are drawn, and how they are added to new rows. */
import { from as tableFrom, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { trainingSplitName, type PreparedData } from "../data/prepared.js";
import type { ReplayExemplar } from "../runs/continual-state.js";

/** Throws the coded error `update-streamed`. */
export function trainingSplitRows(prepared: PreparedData): ColumnTable {
  const split = prepared.splits[trainingSplitName(prepared)];
  if (!split) throw new CodedError("update-streamed", { data: prepared.name });
  return split;
}

/** Draws rows of the training split, the same for the same seed. */
export function drawExemplars(prepared: PreparedData, buffer: ReplayBuffer, seed: number): readonly ReplayExemplar[] {
  const rows = trainingSplitRows(prepared);
  const all = rows.numRows();
  const wanted = Math.min(
    all,
    typeof buffer.size === "number" ? buffer.size : Math.max(1, Math.round(buffer.size.share * all)),
  );
  const order = shuffle(
    Uint32Array.from({ length: all }, (_, i) => i),
    seededRandom(seed, 41),
  );
  const label = rows.columnNames().includes("label") ? rows.array("label") : null;
  const which = buffer.balanced && label ? ofEachLabel(order, label, wanted) : [...order.slice(0, wanted)];
  return rowsAt(
    rows,
    prepared,
    which.sort((a, b) => a - b),
  );
}

/** Takes one row of each label in turn, while there are any. */
function ofEachLabel(order: Uint32Array, label: ArrayLike<unknown>, wanted: number): number[] {
  const byLabel = new Map<unknown, number[]>();
  for (const row of order) {
    const known = byLabel.get(label[row]);
    if (known) known.push(row);
    else byLabel.set(label[row], [row]);
  }
  const queues = [...byLabel.entries()].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)).map(([, rows]) => rows);
  const found: number[] = [];
  for (let turn = 0; found.length < wanted; turn++) {
    const some = queues.flatMap((rows) => rows.slice(turn, turn + 1));
    if (some.length === 0) break;
    found.push(...some.slice(0, wanted - found.length));
  }
  return found;
}

function rowsAt(
  rows: ColumnTable,
  { name: data, facts: { hash } }: PreparedData,
  which: readonly number[],
): readonly ReplayExemplar[] {
  const roles = rows.columnNames().filter((name) => name !== "$row");
  const columns = roles.map((name) => [name, rows.array(name)] as const);
  const numbers = rows.array("$row") as ArrayLike<number>;
  return which.map((row) => ({
    data,
    hash,
    row: numbers[row] ?? 0,
    roles: Object.fromEntries(columns.map(([name, values]) => [name, values[row]])),
  }));
}

/** Adds these rows to the training split. Throws the coded errors `update-roles` and `update-streamed`. */
export function withExemplars(prepared: PreparedData, exemplars: readonly ReplayExemplar[]): PreparedData {
  if (exemplars.length === 0) return prepared;
  const trained = trainingSplitRows(prepared);
  const names = trained.columnNames();
  for (const { data, roles } of exemplars) {
    const missing = names.find((name) => name !== "$row" && !(name in roles));
    if (missing !== undefined)
      throw new CodedError("update-roles", { data: prepared.name, role: missing, earlier: data });
  }
  const split = trainingSplitName(prepared);
  const whole = trained.concat(exemplarTable(exemplars).select(names)) as ColumnTable;
  return { ...prepared, splits: { ...prepared.splits, [split]: whole } };
}

/** Returns the stored rows as the table of a split. */
export function exemplarTable(exemplars: readonly ReplayExemplar[]): ColumnTable {
  return tableFrom(exemplars.map(({ row, roles }) => ({ ...roles, $row: row }))) as ColumnTable;
}
