/**
 * Checkpoints of a run: one safetensors file each, `step-000030.safetensors`, written by the engine host under a
 * temporary name and renamed, so that a file with that name is whole. What the loop must know to go on stands in the
 * file's metadata; a checkpoint needs nothing beside itself.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import type { Session } from "../engine/engine.js";
import { readHeader } from "../engine/safetensors.js";
import { gone } from "./folder-errors.js";
import type { RunFolder } from "./run-folder.js";

/** Where the loop stands after a step. */
export interface Position {
  /** Steps done. */
  readonly step: number;
  /** The best validation score so far (greater is better) and the step that reached it. */
  readonly best: { readonly score: number; readonly step: number } | null;
  /** The step of the last validation. */
  readonly validated?: number;
  /** The watched values of every validation, for early stopping. */
  readonly watched: readonly number[];
  readonly seconds: number;
}
export interface Checkpoint {
  readonly file: string;
  readonly position: Position;
}

const pattern = /^step-(\d{6,})\.safetensors$/;

export function checkpointFile(run: RunFolder, step: number): string {
  return join(run.checkpoints, `step-${String(step).padStart(6, "0")}.safetensors`);
}

export async function saveCheckpoint(run: RunFolder, session: Session, names: readonly string[], position: Position): Promise<Checkpoint> {
  const file = checkpointFile(run, position.step);
  try {
    await session.save(file, names, { tunebook: JSON.stringify(position) });
  } catch (error) {
    throw existsSync(run.checkpoints) ? error : gone(run.path, error);
  }
  return { file, position };
}

/** Whole checkpoints of a run, oldest first; a file that can't be read is passed over unless it is the only one. */
export function listCheckpoints(run: RunFolder): readonly Checkpoint[] {
  if (!existsSync(run.checkpoints)) return [];
  const files = readdirSync(run.checkpoints)
    .filter((name) => pattern.test(name))
    .sort((a, b) => Number(pattern.exec(a)?.[1]) - Number(pattern.exec(b)?.[1]))
    .map((name) => join(run.checkpoints, name));
  const failures: unknown[] = [];
  const whole = files.flatMap((file) => {
    try {
      return [{ file, position: readPosition(file) }];
    } catch (error) {
      failures.push(error);
      return [];
    }
  });
  if (whole.length === 0 && failures.length > 0) throw failures.at(-1);
  return whole;
}

function readPosition(file: string): Position {
  const text = readHeader(file).metadata["tunebook"];
  if (text === undefined) throw new CodedError("checkpoint-unreadable", { file, why: "it holds no position" });
  return JSON.parse(text) as Position;
}

/** Removes all but the last checkpoint and the best one. */
export function pruneCheckpoints(run: RunFolder, keepSteps: readonly number[]): void {
  const keep = new Set(keepSteps.map((step) => checkpointFile(run, step)));
  for (const name of readdirSync(run.checkpoints)) {
    const file = join(run.checkpoints, name);
    if (pattern.test(name) && !keep.has(file)) rmSync(file, { force: true });
  }
}
