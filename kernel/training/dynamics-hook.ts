/** Label dynamics during training: counts the logits of each step's rows, and keeps the counts beside each checkpoint. */
import type { RunFolder } from "../runs/run-folder.js";
import { TrainingDynamics, loadDynamics, pruneDynamics, saveDynamics } from "./dynamics.js";
import type { TrainingHook } from "./loop/hook.js";

/** `truth`: the label of each row. */
export function dynamicsHook(dynamics: TrainingDynamics, truth: Int32Array): TrainingHook {
  return {
    afterStep({ logits = [] }) {
      for (const batch of logits) dynamics.see(batch, truth);
      return {};
    },
    saveCheckpoint: (run, step) => saveDynamics(run, step, dynamics),
    pruneCheckpoints: pruneDynamics,
  };
}

/** The hook of a run that has `done` steps behind it; null if that run kept no dynamics of these rows. */
export function resumedDynamics(run: RunFolder, done: number | null, truth: Int32Array): TrainingHook | null {
  const dynamics = done === null ? TrainingDynamics.create(truth.length) : loadDynamics(run, done, truth.length);
  return dynamics && dynamicsHook(dynamics, truth);
}
