/** What stands in a browser for kernel/runs/checkpoints.ts: checkpoints in memory, as long as the page is open. */
import { must } from "#dsl/language/diagnostics/must.js";
import type * as node from "#kernel/runs/checkpoints.js";
import { written } from "./safetensors.js";

/** A checkpoint and its file. */
export interface Stored extends node.Checkpoint {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const kept = new Map<number, node.Checkpoint>();

/** Of the newest step; null: none was written. */
export function newest(): node.Checkpoint | null {
  return kept.get(Math.max(...kept.keys())) ?? null;
}
/** Of that step; null: it is not there. */
export function ofStep(step: number): node.Checkpoint | null {
  return kept.get(step) ?? null;
}
/** The newest, and the best one of its training. */
export function toGoOnFrom(): readonly Stored[] {
  const last = newest();
  const best = last?.position.best;
  const steps = new Set([last?.position.step, best?.step]);
  return [...kept.values()]
    .filter(({ position }) => steps.has(position.step))
    .map((one) => ({ ...one, bytes: must(written.get(one.file), one.file) as Stored["bytes"] }));
}
export function putBack(all: readonly Stored[]): void {
  for (const { file, position, bytes } of all) {
    written.set(file, bytes);
    kept.set(position.step, { file, position });
  }
}
export function forgetAll(): void {
  for (const { file } of kept.values()) written.delete(file);
  kept.clear();
}

export const saveCheckpoint: typeof node.saveCheckpoint = async (_run, session, names, position) => {
  const checkpoint = { file: `checkpoints/step-${String(position.step)}.safetensors`, position };
  await session.save(checkpoint.file, names);
  kept.set(position.step, checkpoint);
  return checkpoint;
};

export const pruneCheckpoints: typeof node.pruneCheckpoints = (_run, steps) => {
  for (const [step, { file }] of [...kept])
    if (!steps.includes(step)) {
      written.delete(file);
      kept.delete(step);
    }
};
