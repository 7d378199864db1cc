/** What stands in a browser for kernel/artifacts/checkpoints.ts: checkpoints in memory, as long as the page is open. */
import type * as node from "#kernel/artifacts/checkpoints.js";
import { written } from "./safetensors.js";

const kept = new Map<number, node.Checkpoint>();

/** Of the newest step; null: none was written. */
export function newest(): node.Checkpoint | null {
  return kept.get(Math.max(...kept.keys())) ?? null;
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
