/**
 * Label dynamics during training: counts the logits of each step's rows, and stores the counts with each checkpoint.
 */
import type { RunFolder } from "../runs/run-folder.js";
import { TrainingDynamics, loadDynamics, deleteOldDynamics, saveDynamics } from "./dynamics.js";
import type { TrainingHook } from "./loop/hook.js";

/** @param truth label index of each row */
export function dynamicsHook(dynamics: TrainingDynamics, truth: Int32Array): TrainingHook {
  return {
    afterStep({ logits = [] }) {
      for (const batch of logits) dynamics.see(batch, truth);
      return {};
    },
    saveCheckpoint: (run, step) => saveDynamics(run, step, dynamics),
    pruneCheckpoints: deleteOldDynamics,
  };
}

/** Returns the hook of a run that has taken `done` steps; null if that run stored no dynamics of these rows. */
export function resumedDynamicsHook(run: RunFolder, done: number | null, truth: Int32Array): TrainingHook | null {
  const dynamics = done === null ? TrainingDynamics.create(truth.length) : loadDynamics(run, done, truth.length);
  return dynamics && dynamicsHook(dynamics, truth);
}
