/**
 * Selects the checkpoint that a model has after its training: the best if the recipe keeps it, else the last. If the
 * best file was damaged during the run, the last weights are used: those are still in the engine.
 */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { keepsBestWeights } from "#dsl/compiler/plan/watched-metric.js";
import type { EngineSession } from "../engines/engine.js";
import {
  checkpointFile,
  isUnusableCheckpointError,
  readCheckpoints,
  saveCheckpoint,
  type Checkpoint,
} from "../runs/checkpoints.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { RunLock } from "../runs/run-lock.js";

/**
 * Returns the final checkpoint of a finished run. Throws the coded error `run-without-weights`, and those of its file.
 */
export function finalCheckpoint(run: RunFolder, plan: Plan): Checkpoint {
  const all = readCheckpoints(run);
  const whole = all.filter((one): one is Checkpoint => "position" in one);
  const wanted = keepsBestWeights(plan.recipe.training) ? (whole.at(-1)?.position.best ?? null) : null;
  const best = wanted && !wasPassedOver(run, checkpointFile(run, wanted.step)) ? wanted : null;
  const file = best ? checkpointFile(run, best.step) : all.at(-1)?.file;
  const savedFile = all.find((one) => one.file === file);
  // Other weights must never be used silently.
  if (savedFile && "error" in savedFile) throw savedFile.error;
  if (savedFile) return savedFile;
  const written = run.events().filter(({ kind }) => kind === "checkpoint").length;
  throw new CodedError("run-without-weights", {
    run: run.id,
    ...(best && { step: best.step }),
    ...(written > 0 && { written }),
  });
}

/** Whether the training recorded at its end that this file cannot be read, and kept the last weights. */
function wasPassedOver(run: RunFolder, file: string): boolean {
  const events = run.events();
  const end = events.findLastIndex(({ kind }) => kind === "stopped");
  return events.slice(end + 1).some((one) => one.kind === "damaged" && basename(one.file) === basename(file));
}

export interface FinalCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The best checkpoint, if it cannot be read. */
  readonly damaged: { readonly file: string; readonly step: number; readonly why: string } | null;
}

/** Loads the final checkpoint at a training's end. Before the call, `session` has the last weights. */
export async function loadFinalCheckpoint(options: {
  readonly run: RunFolder;
  readonly lock: Pick<RunLock, "demand">;
  readonly session: EngineSession;
  readonly saved: readonly string[];
  readonly plan: Plan;
  readonly last: Checkpoint;
}): Promise<FinalCheckpoint> {
  const { last, run, session } = options;
  const best = keepsBestWeights(options.plan.recipe.training) ? last.position.best : null;
  const file = best ? checkpointFile(run, best.step) : last.file;
  if (!best || file === last.file)
    return { checkpoint: existsSync(last.file) ? last : await again(options), damaged: null };
  try {
    const savedFile = readCheckpoints(run).find((one) => one.file === file);
    if (!savedFile) throw new CodedError("weights-missing", { file });
    if ("error" in savedFile) throw savedFile.error;
    await session.load(file);
    return { checkpoint: savedFile, damaged: null };
  } catch (error) {
    if (!isUnusableCheckpointError(error)) throw error;
    const checkpoint = await lastLoaded(options);
    const damaged = { file, step: best.step, why: error.message };
    run.append({ at: new Date().toISOString(), run: run.id, kind: "damaged", file, why: damaged.why });
    return { checkpoint, damaged };
  }
}

/**
 * A file is verified before any of its weights is used: the engine still has the last ones if this file is damaged too.
 */
async function lastLoaded(options: Parameters<typeof loadFinalCheckpoint>[0]): Promise<Checkpoint> {
  try {
    await options.session.load(options.last.file);
    return options.last;
  } catch (error) {
    if (!isUnusableCheckpointError(error)) throw error;
    return again(options);
  }
}
function again({ run, lock, session, saved, last }: Parameters<typeof loadFinalCheckpoint>[0]): Promise<Checkpoint> {
  lock.demand();
  return saveCheckpoint(run, session, saved, last.position);
}
