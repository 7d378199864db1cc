/** What a new run's lock says of all that its numbers come from. Costs a few milliseconds beside the hashes, which are kept. */
import { availableParallelism } from "node:os";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Base } from "../../bases/base.js";
import type { PreparedData } from "../../data/prepared.js";
import type { EngineInfo } from "../../engines/engine.js";
import { processorName } from "../../engines/machine-record.js";
import type { RunRecord } from "../run-record.js";
import { ingredientsOf } from "./ingredients.js";
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
  readonly base: Pick<Base, "folder" | "files">;
  readonly prepared: PreparedData;
  readonly engine: EngineInfo;
  /** Absolute: where relative paths of the plan start. */
  readonly folder: string;
  /** Of Tunebook. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

/** Null: a file that was read is gone by now. */
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
    ingredientsOf(recipe, { folder, base: recipe.model.scratch ? undefined : base, signal }),
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

/** A hash of the rows of each split, as a model reads them: which rows differ is told by split. Made once of what is held. */
const known = new WeakMap<ColumnTable, string>();

async function splitHashes({ splits, streamed }: PreparedData): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  // Their lines are on the disk as they would be written here.
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
