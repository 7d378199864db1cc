/**
 * A statement of a session as a job for another process: its source texts, the TypeScript values that they read, and
 * the weights that its names refer to. Plain JSON, with one file per table; no secrets and no functions. The job runs
 * only if it compiles to the same recipes there.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Source, Span } from "#dsl/language/diagnostics/span.js";
import type { Value } from "#dsl/language/types/value.js";
import { objectWith, schemaGuard, dictionaryOf, type Schema } from "../../fetch/json.js";
import { ENGINE_NAMES, type EngineOptions } from "../../engines/engine.js";
import { valueSchema } from "../../runs/plan-schema.js";
import { readRegularJson } from "../../runs/read-events.js";

export interface JobSpec {
  readonly version: 1;
  /** Version of Tunebook that made it. */
  readonly tunebook: string;
  /** In order; the statement's own source is last. */
  readonly sources: readonly Source[];
  /** Absolute: the base of relative paths, and the folder of runs. */
  readonly folder: string;
  readonly runs: string;
  readonly parameters: Readonly<Record<string, Value>>;
  /** Names defined by TypeScript. */
  readonly typescript: readonly string[];
  /** Values of the names that the sources read. */
  readonly live: Readonly<Record<string, LiveValue>>;
  /** Sweeps: settings of the best trial, and its run if it was kept. */
  readonly bests: Readonly<
    Record<string, { readonly values: Readonly<Record<string, string>>; readonly run: string | null }>
  >;
  /** Names of weights: the folder of their run, and its recipe hash. */
  readonly trained: Readonly<Record<string, { readonly run: string; readonly recipeHash: string }>>;
  readonly engine: Pick<EngineOptions, "engine" | "device" | "threads" | "deterministic">;
  readonly statement: JobStatement;
}
export interface JobStatement {
  readonly verb: string;
  readonly name: string;
  /** Id of its source. */
  readonly source: string;
  readonly span: Span;
  /** Hashes of the recipes that it trains, in order. */
  readonly recipes: readonly string[];
}
/** `other`: a value that is only referred to by name. */
export type LiveValue =
  | { readonly is: "value"; readonly value: Value }
  | { readonly is: "table"; readonly columns: readonly string[] }
  | { readonly is: "other" };
/** A TypeScript table, by columns. */
export type JobTable = ReadonlyMap<string, readonly unknown[]>;

const span: Schema<Span> = objectWith({ source: v.string(), start: v.number(), end: v.number() });
const source: Schema<Source> = objectWith({
  id: v.string(),
  title: v.string(),
  text: v.string(),
  path: v.exactOptional(v.string()),
  cell: v.exactOptional(v.number()),
});
const live: Schema<LiveValue> = v.union([
  objectWith({ is: v.literal("value"), value: valueSchema }),
  objectWith({ is: v.literal("table"), columns: v.array(v.string()) }),
  objectWith({ is: v.literal("other") }),
]);
export const jobSpecSchema: Schema<JobSpec> = objectWith({
  version: v.literal(1),
  tunebook: v.string(),
  sources: v.array(source),
  folder: v.string(),
  runs: v.string(),
  parameters: dictionaryOf(valueSchema),
  typescript: v.array(v.string()),
  live: dictionaryOf(live),
  bests: dictionaryOf(objectWith({ values: dictionaryOf(v.string()), run: v.nullable(v.string()) })),
  trained: dictionaryOf(objectWith({ run: v.string(), recipeHash: v.string() })),
  engine: objectWith({
    engine: v.picklist(["auto", ...ENGINE_NAMES]),
    device: v.exactOptional(v.picklist(["auto", "cpu", "gpu", "wasm", "webgpu"])),
    threads: v.exactOptional(v.number()),
    deterministic: v.exactOptional(v.literal(true)),
  }),
  statement: objectWith({
    verb: v.string(),
    name: v.string(),
    source: v.string(),
    span,
    recipes: v.array(v.string()),
  }),
});

/** A job and its tables, by name. */
export interface JobWithTables {
  readonly shipment: JobSpec;
  readonly tables: ReadonlyMap<string, JobTable>;
}

const SHIPMENT = "shipment.json";
const fileOf = (name: string): string => `table-${Buffer.from(name).toString("hex")}.v8`;

/** Returns the files of a job in its folder, for transfer to another machine. */
export function jobSpecFiles({ live }: JobSpec): readonly string[] {
  return [SHIPMENT, ...Object.keys(live).flatMap((name) => (live[name]?.is === "table" ? [fileOf(name)] : []))];
}

/** Writes the tables before the job file, so that a job never lacks its tables. Only its owner may read them. */
export function writeJobSpec(folder: string, { shipment, tables }: JobWithTables): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, columns] of tables) writeFileAtomic.sync(join(folder, fileOf(name)), serialize(columns), private_);
  writeFileAtomic.sync(join(folder, SHIPMENT), JSON.stringify(shipment, null, 2), private_);
}
const private_ = { mode: 0o600 };

/** Throws the coded error `shipment-unreadable`. */
export function readJobSpec(folder: string): JobWithTables {
  const found = readRegularJson(join(folder, SHIPMENT));
  if (!isShipment(found))
    throw new CodedError("shipment-unreadable", { folder, why: `${SHIPMENT} is missing or damaged` });
  const names = Object.keys(found.live).filter((name) => found.live[name]?.is === "table");
  return { shipment: found, tables: new Map(names.map((name) => [name, readTable(folder, name)])) };
}
const isShipment = schemaGuard(jobSpecSchema);

function readTable(folder: string, name: string): JobTable {
  try {
    const read: unknown = deserialize(readFileSync(join(folder, fileOf(name))));
    if (read instanceof Map && [...read].every(([key, column]) => typeof key === "string" && Array.isArray(column)))
      return read as JobTable;
    throw new Error("it is no table");
  } catch (error) {
    throw new CodedError("shipment-unreadable", { folder, why: `the table ${name}: ${(error as Error).message}` });
  }
}
