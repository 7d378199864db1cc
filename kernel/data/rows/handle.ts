/** A data set as a TypeScript value: splits by name, each with its arquero table. It displays itself. */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { PreparedData } from "../prepared.js";
import { sourceNameOfSplit, type ColumnRequest } from "../row/row.js";

export interface SplitHandle {
  readonly rows: number;
  /**
   * Throws the coded error `streamed-table` for streamed data. Columns: roles (`text`, `label`, ...) and `$row`, the
   * row's number in its source.
   */
  table(): ColumnTable;
  /**
   * Returns any source column in the order of `table()`. The values are read again, and texts that `redact` hides are
   * hidden. Coded errors `unknown-column`, `source-changed` and those of sources.
   */
  column(name: string): Promise<readonly unknown[]>;
}
/** Reads values of a source column; `rows` are numbers in the source. */
export type ReadColumnFunction = (request: ColumnRequest) => Promise<readonly unknown[]>;
export type DataHandle = { readonly [split: string]: SplitHandle } & {
  readonly labels: readonly string[];
  /**
   * Rows read, retained and dropped, with reasons; the effects of each cleaner; labels and lengths by split; leaks.
   */
  readonly report: DataFacts;
};

/** `more`: further members of the handle; a split of the same name replaces them. `now`: returns the current table. */
export function dataHandle(
  name: string,
  prepared: PreparedData,
  reads: ReadColumnFunction,
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
      column: (column: string) =>
        reads({ column, source: sourceNameOfSplit(table), rows: now(table).array("$row") as ArrayLike<number> }),
    });
  for (const [split, streamed] of Object.entries(prepared.streamed ?? {}))
    handle[split] = Object.freeze({
      rows: streamed.rows,
      table: () => inMemory(name),
      column: (column: string) => reads({ column, source: sourceNameOfSplit(streamed), rows: streamed.numbers }),
    });
  Object.defineProperty(handle, Symbol.for("Jupyter.display"), { value: () => bundleOf(name, prepared) });
  return Object.freeze(handle) as DataHandle;
}

function inMemory(data: string): never {
  throw new CodedError("streamed-table", { data });
}

/** Returns the text of the handle's TypeScript type. `splits`: type texts of the splits, by name. */
export function dataHandleTypeText(splits: Readonly<Record<string, string>>): string {
  const members = Object.entries(splits).map(([name, type]) => `readonly ${JSON.stringify(name)}: ${type}`);
  const lengths =
    "{ readonly step: number; readonly counts: readonly number[]; readonly total: number; readonly longest: number } | null";
  const memberTypes: Record<string, string> = {
    labels: "readonly string[]",
    report:
      "{ readonly rowsIn: number; readonly kept: number; readonly dropped: readonly { readonly why: string; readonly count: number; readonly examples: readonly (number | string)[] }[]; " +
      "readonly cleaners?: readonly { readonly word: string; readonly changed: number; readonly dropped: readonly { readonly why: string; readonly count: number }[]; readonly noted?: readonly { readonly why: string; readonly count: number }[]; readonly examples: readonly { readonly row: number | string; readonly role: string; readonly before: string; readonly after: string | null }[] }[]; " +
      `readonly splits: Readonly<Record<string, { readonly rows: number; readonly labels: readonly { readonly label: string; readonly count: number }[]; readonly lengths: ${lengths} }>>; ` +
      "readonly labels: readonly string[]; readonly leaks: readonly { readonly text: string; readonly places: readonly { readonly split: string; readonly row: number }[]; readonly masked?: true }[]; readonly leakCount: number; readonly hash: string }",
  };
  for (const [key, type] of Object.entries(memberTypes)) if (!(key in splits)) members.push(`readonly ${key}: ${type}`);
  return `{ ${members.join("; ")} }`;
}

/** A plain-text summary of the data; the `data` statement displays the full preview. */
function bundleOf(name: string, prepared: PreparedData): Record<string, string> {
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
