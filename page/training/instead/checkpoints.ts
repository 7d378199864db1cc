/** Browser replacement for kernel/runs/checkpoints.ts: checkpoints in memory while the page is open. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type * as node from "#kernel/runs/checkpoints.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { writtenFiles } from "./safetensors.js";

/** A checkpoint and its file. */
export interface StoredCheckpoint extends node.Checkpoint {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const checkpoints = new Map<number, node.Checkpoint>();

/** Returns the checkpoint of the newest step; null if none was written. */
export function newestCheckpoint(): node.Checkpoint | null {
  return checkpoints.get(Math.max(...checkpoints.keys())) ?? null;
}
/** Returns the checkpoint of this step; null if it does not exist. */
export function checkpointOfStep(step: number): node.Checkpoint | null {
  return checkpoints.get(step) ?? null;
}
/** Returns the newest checkpoint and the best one of its training. */
export function resumeCheckpoints(): readonly StoredCheckpoint[] {
  const last = newestCheckpoint();
  const best = last?.position.best;
  const steps = new Set([last?.position.step, best?.step]);
  return [...checkpoints.values()]
    .filter(({ position }) => steps.has(position.step))
    .map((one) => ({ ...one, bytes: mustExist(writtenFiles.get(one.file), one.file) as StoredCheckpoint["bytes"] }));
}
export function restoreCheckpoints(all: readonly StoredCheckpoint[]): void {
  for (const { file, position, bytes } of all) {
    writtenFiles.set(file, bytes);
    checkpoints.set(position.step, { file, position });
  }
}
export function forgetCheckpoints(): void {
  for (const { file } of checkpoints.values()) writtenFiles.delete(file);
  checkpoints.clear();
}

export const saveCheckpoint: typeof node.saveCheckpoint = async (_run, session, names, position) => {
  const checkpoint = { file: `checkpoints/step-${String(position.step)}.safetensors`, position };
  await session.save(checkpoint.file, names);
  checkpoints.set(position.step, checkpoint);
  return checkpoint;
};

export const pruneCheckpoints: typeof node.pruneCheckpoints = (_run, steps) => {
  for (const [step, { file }] of [...checkpoints])
    if (!steps.includes(step)) {
      writtenFiles.delete(file);
      checkpoints.delete(step);
    }
};

/** Replaces the run's folder: events stay in memory, and nothing is written. */
export const inMemoryRunFolder = {
  id: "page",
  path: "page",
  checkpoints: "checkpoints",
  append: () => undefined,
  sync: () => undefined,
  everything: () => [],
} as unknown as RunFolder;
