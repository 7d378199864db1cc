/** Types of data sets in TypeScript cells: tables with named columns, so that a misspelled column is an error. */
import { fileURLToPath } from "node:url";
import type { ColumnTable } from "arquero";
import type { PreparedData } from "../prepared.js";

type Reading = "array" | "column" | "get" | "getter" | "object" | "objects";
/** Verbs that keep all columns. */
type Keeping =
  | "antijoin"
  | "dedupe"
  | "filter"
  | "groupby"
  | "orderby"
  | "reify"
  | "sample"
  | "semijoin"
  | "slice"
  | "ungroup"
  | "unorder";

/** An arquero table with the columns of `Row`. A verb that changes the columns returns a plain arquero table. */
export type TypedArqueroTable<Row> = Omit<ColumnTable, Reading | Keeping> & {
  array<K extends keyof Row>(name: K, constructor?: Parameters<ColumnTable["array"]>[1]): Row[K][];
  column<K extends keyof Row>(name: K): { readonly length: number; at(row: number): Row[K] } | undefined;
  get<K extends keyof Row>(name: K, row?: number): Row[K];
  getter<K extends keyof Row>(name: K): (row?: number) => Row[K];
  object(row?: number): Row;
  objects(options?: Parameters<ColumnTable["objects"]>[0]): Row[];
} & { [V in Keeping]: (...values: Parameters<ColumnTable[V]>) => TypedArqueroTable<Row> };

const types = fileURLToPath(import.meta.url).replaceAll("\\", "/");

/** Returns the TypeScript type of each split as text, by name; a streamed split has no table. */
export function splitTypeTexts({ splits, streamed }: PreparedData): Readonly<Record<string, string>> {
  const column = "column(name: string): Promise<readonly unknown[]>";
  const streamedType = `{ readonly rows: number; table(): never; ${column} }`;
  const tables = Object.entries(splits).map(([name, table]) => {
    const row = table
      .columnNames()
      .map((role) => `${JSON.stringify(role)}: ${typeOf(table.array(role) as ArrayLike<unknown>)}`);
    const typed = `import(${JSON.stringify(types)}).TypedArqueroTable<{ ${row.join("; ")} }>`;
    return [name, `{ readonly rows: number; table(): ${typed}; ${column} }`] as const;
  });
  return Object.fromEntries([...Object.keys(streamed ?? {}).map((name) => [name, streamedType] as const), ...tables]);
}

/** Returns the TypeScript type of a column's values. */
function typeOf(values: ArrayLike<unknown>): string {
  const kinds = new Set<string>();
  for (let row = 0; row < values.length; row++) kinds.add(kindOf(values[row]));
  const simple = kinds.size > 0 && !kinds.has("unknown");
  return simple ? [...kinds].sort().join(" | ") : "unknown";
}
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.every((one) => typeof one === "string") ? "readonly string[]" : "unknown";
  const kind = typeof value;
  return ["string", "number", "bigint", "boolean", "undefined"].includes(kind) ? kind : "unknown";
}
