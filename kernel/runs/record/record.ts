/**
 * Builds the record of everything that a new run's numbers depend on, for its lock. It takes a few milliseconds plus
 * the file hashes, which are cached.
 */
import { availableParallelism } from "node:os";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { BaseModel } from "../../bases/base.js";
import type { PreparedData } from "../../data/prepared.js";
import type { EngineInfo } from "../../engines/engine.js";
import { processorName } from "../../engines/machine-record.js";
import type { RunRecord } from "../run-record.js";
import { planInputsOf } from "./ingredients.js";
import { recordedEnvironment } from "./environment.js";
import { readGitState } from "./git.js";
import { createHash } from "node:crypto";
import type { ColumnTable } from "arquero";
import { rowJsonLine } from "../../data/rows/line.js";
import { rowsFilePath } from "../../data/sources/streamed.js";
import { cachedSha256Of } from "../../fetch/hashed.js";
import { softwareVersions } from "./versions.js";

export interface RunRecordInput {
  readonly plan: Plan;
  readonly base: Pick<BaseModel, "folder" | "files">;
  readonly prepared: PreparedData;
  readonly engine: EngineInfo;
  /** Absolute path of the folder that the plan's relative paths start from. */
  readonly folder: string;
  /** Version of Tunebook. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

/** Returns null if a file that was read no longer exists. */
export async function runRecordOf(options: RunRecordInput): Promise<RunRecord | null> {
  try {
    return await recorded(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return null;
  }
}

async function recorded({ plan, base, prepared, engine, folder, version, signal }: RunRecordInput): Promise<RunRecord> {
  const { recipe, effects } = plan;
  const [read, splits, git] = await Promise.all([
    planInputsOf(recipe, { folder, base: recipe.model.scratch ? undefined : base, signal }),
    splitHashes(prepared),
    readGitState(folder),
  ]);
  const { name, device, threads, deterministic } = engine;
  return {
    splits,
    files: read.files.map(({ sort, name: file, bytes, hash }) => ({ sort, name: file, bytes, hash })),
    ...(read.others.length > 0 && { others: read.others.map(({ word }) => word) }),
    seeds: { training: recipe.training.seed, data: recipe.data.seed },
    versions: softwareVersions(engine, version),
    engine: { name, device, threads, ...(deterministic && { deterministic }) },
    machine: {
      platform: `${process.platform} ${process.arch}`,
      processor: processorName(),
      cores: availableParallelism(),
    },
    environment: recordedEnvironment(),
    ...(git && { git }),
    ...(effects.allowed && { allowed: effects.allowed.map(({ code, reason }) => ({ code, reason })) }),
  };
}

/**
 * Hashes of the rows of each split, as the model reads them, so that differences can be reported per split. Cached per
 * table.
 */
const known = new WeakMap<ColumnTable, string>();

async function splitHashes({ splits, streamed }: PreparedData): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  // The streamed rows are stored on disk as the same lines that would be hashed here.
  for (const [name, { folder, name: splitName }] of Object.entries(streamed ?? {}))
    found.push([name, await cachedSha256Of(rowsFilePath(folder, splitName))]);
  if (!streamed) for (const [name, table] of Object.entries(splits)) found.push([name, hashOfTable(table)]);
  return Object.fromEntries(found);
}

function hashOfTable(table: ColumnTable): string {
  const before = known.get(table);
  if (before !== undefined) return before;
  const roles = table
    .columnNames()
    .filter((name) => name !== "$row")
    .sort();
  const hash = createHash("sha256");
  const columns = roles.map((role) => [role, table.getter(role)] as const);
  table.scan((row) => {
    if (row === undefined) return;
    hash.update(rowJsonLine(roles, Object.fromEntries(columns.map(([role, get]) => [role, get(row) as unknown]))));
  }, true);
  const made = hash.digest("hex");
  known.set(table, made);
  return made;
}
