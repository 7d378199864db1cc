/** A data set as a TypeScript value: splits by name, each with its arquero table; shows itself. */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { DataFacts } from "#dsl/types/facts.js";
import type { Prepared } from "./prepared.js";
import "./codes.js";

export interface SplitHandle {
  readonly rows: number;
  /** Coded error `streamed-table` where the data are streamed. Columns by role (`text`, `label`, ...) and `$row`, the row's number in its source. */
  table(): ColumnTable;
}
export type DataHandle = { readonly [split: string]: SplitHandle } & {
  readonly labels: readonly string[];
  /** Rows in, kept, dropped and why; what each cleaner did; labels and lengths by split; leaks. */
  readonly report: DataFacts;
};

/** `more`: what such data have besides; a split of that name takes its place. `now`: the table as it is by the time that it is asked for. */
export function dataHandle(
  name: string,
  prepared: Prepared,
  more: Readonly<Record<string, unknown>> = {},
  now: (table: ColumnTable) => ColumnTable = (table) => table,
): DataHandle {
  const handle: Record<string | symbol, unknown> = { labels: prepared.labels, report: prepared.facts, ...more };
  for (const [split, table] of Object.entries(prepared.splits))
    handle[split] = Object.freeze({
      get rows() {
        return now(table).numRows();
      },
      table: () => now(table),
    });
  for (const [split, { rows }] of Object.entries(prepared.streamed ?? {}))
    handle[split] = Object.freeze({ rows, table: () => inMemory(name) });
  Object.defineProperty(handle, Symbol.for("Jupyter.display"), { value: () => bundleOf(name, prepared) });
  return Object.freeze(handle) as DataHandle;
}

function inMemory(data: string): never {
  throw new CodedError("streamed-table", { data });
}

/** Text of the handle's TypeScript type. */
export function dataHandleType(splits: readonly string[]): string {
  const split = '{ readonly rows: number; table(): import("arquero").ColumnTable }';
  const members = splits.map((name) => `readonly ${JSON.stringify(name)}: ${split}`);
  const lengths =
    "{ readonly step: number; readonly counts: readonly number[]; readonly total: number; readonly longest: number } | null";
  const own: Record<string, string> = {
    labels: "readonly string[]",
    report:
      "{ readonly rowsIn: number; readonly kept: number; readonly dropped: readonly { readonly why: string; readonly count: number; readonly examples: readonly (number | string)[] }[]; " +
      "readonly cleaners?: readonly { readonly word: string; readonly changed: number; readonly dropped: readonly { readonly why: string; readonly count: number }[]; readonly noted?: readonly { readonly why: string; readonly count: number }[]; readonly examples: readonly { readonly row: number | string; readonly role: string; readonly before: string; readonly after: string | null }[] }[]; " +
      `readonly splits: Readonly<Record<string, { readonly rows: number; readonly labels: readonly { readonly label: string; readonly count: number }[]; readonly lengths: ${lengths} }>>; ` +
      "readonly labels: readonly string[]; readonly leaks: readonly { readonly text: string; readonly places: readonly { readonly split: string; readonly row: number }[]; readonly masked?: true }[]; readonly leakCount: number; readonly hash: string }",
  };
  for (const [key, type] of Object.entries(own)) if (!splits.includes(key)) members.push(`readonly ${key}: ${type}`);
  return `{ ${members.join("; ")} }`;
}

/** A plain text of what the data is; the `data` statement itself shows the full preview. */
function bundleOf(name: string, prepared: Prepared): Record<string, string> {
  const { facts } = prepared;
  const splits = Object.entries(facts.splits).map(([split, s]) => {
    const labels = s.labels.map(({ label, count }) => `${label} ${count}`).join(", ");
    return `  ${split}: ${s.rows} rows${labels ? ` (${labels})` : ""}`;
  });
  return {
    "text/plain": [
      `data ${name}: ${facts.kept} of ${facts.rowsIn} rows`,
      ...splits,
      ...(facts.notes ?? []).map((n) => `  ${n}`),
    ].join("\n"),
  };
}
