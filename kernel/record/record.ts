/** What a new run's lock says of all that its numbers come from. Costs a few milliseconds beside the hashes, which are kept. */
import { availableParallelism } from "node:os";
import type { Plan } from "#dsl/plan/plan.js";
import type { Base } from "../core/bases/base.js";
import type { Prepared } from "../core/data/prepared.js";
import type { EngineInfo } from "../engine/engine.js";
import { processorName } from "../engine/machine-record.js";
import type { RunRecord } from "../artifacts/run-record.js";
import { ingredientsOf } from "../shipping/ingredients.js";
import { keptEnvironment } from "./environment.js";
import { gitOf } from "./git.js";
import { splitHashes } from "./split-hashes.js";
import { versionsOf } from "./versions.js";

export interface Recorded {
  readonly plan: Plan;
  readonly base: Pick<Base, "folder" | "files">;
  readonly prepared: Prepared;
  readonly engine: EngineInfo;
  /** Absolute: where relative paths of the plan start. */
  readonly folder: string;
  /** Of Tunebook. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

/** Null: a file that was read is gone by now. */
export async function recordOf(o: Recorded): Promise<RunRecord | null> {
  try {
    return await recorded(o);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return null;
  }
}

async function recorded({ plan, base, prepared, engine, folder, version, signal }: Recorded): Promise<RunRecord> {
  const { recipe, effects } = plan;
  const [read, splits, git] = await Promise.all([
    ingredientsOf(recipe, { folder, base: recipe.model.scratch ? undefined : base, signal }),
    splitHashes(prepared),
    gitOf(folder),
  ]);
  const { name, device, threads, deterministic } = engine;
  return {
    splits,
    files: read.files.map(({ sort, name: file, bytes, hash }) => ({ sort, name: file, bytes, hash })),
    ...(read.others.length > 0 && { others: read.others.map(({ word }) => word) }),
    seeds: { training: recipe.training.seed, data: recipe.data.seed },
    versions: versionsOf(engine, version),
    engine: { name, device, threads, ...(deterministic && { deterministic }) },
    machine: {
      platform: `${process.platform} ${process.arch}`,
      processor: processorName(),
      cores: availableParallelism(),
    },
    environment: keptEnvironment(),
    ...(git && { git }),
    ...(effects.allowed && { allowed: effects.allowed.map(({ code, reason }) => ({ code, reason })) }),
  };
}
