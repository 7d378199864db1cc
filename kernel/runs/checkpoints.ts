/**
 * Checkpoints of a run: one safetensors file each, `step-000030.safetensors`. The engine host writes it under a
 * temporary name and renames it, so that a file with that name is complete. The loop's state is in the file's metadata;
 * a checkpoint needs no other file.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NoisySampledSteps } from "#stdlib/privacies/kind.js";
import { makePrivate, makePrivateFolder } from "../fetch/private.js";
import type { EngineSession } from "../engines/engine.js";
import { CHECKSUM_METADATA, readHeader } from "../tensors/safetensors.js";
import { objectWith, anyNumber, parseJsonOrNull, type Schema } from "../fetch/json.js";
import { folderGoneError, toRunFolderError } from "./folder-errors.js";
import { quoteNonFinite, unquoteNonFinite } from "./log-lines.js";
import type { RunFolder } from "./run-folder.js";

export interface TrainingPosition {
  readonly step: number;
  /** The best validation score so far (greater is better) and the step that reached it. */
  readonly best: { readonly score: number; readonly step: number } | null;
  readonly validated?: number;
  /** The watched values of every validation, for early stopping. */
  readonly watched: readonly number[];
  readonly seconds: number;
  /** For a private training: the sampled steps so far, including steps lost when a process was killed. */
  readonly privacy?: NoisySampledSteps;
}
export interface Checkpoint {
  readonly file: string;
  readonly position: TrainingPosition;
}

const pattern = /^step-(\d{6,})\.safetensors$/;

export function checkpointFile(run: RunFolder, step: number): string {
  return join(run.checkpoints, `step-${String(step).padStart(6, "0")}.safetensors`);
}

/** Throws the coded errors `no-space` and `run-folder`. */
export async function saveCheckpoint(
  run: RunFolder,
  session: Pick<EngineSession, "save">,
  names: readonly string[],
  position: TrainingPosition,
): Promise<Checkpoint> {
  const file = checkpointFile(run, position.step);
  const save = () =>
    session.save(file, names, { tunebook: JSON.stringify(position, quoteNonFinite), ...CHECKSUM_METADATA });
  try {
    await save();
  } catch (error) {
    if (existsSync(run.checkpoints)) throw toRunFolderError(error, file);
    if (!existsSync(run.path)) throw folderGoneError(run.path, error);
    try {
      makePrivateFolder(run.checkpoints);
      await save();
    } catch (again) {
      throw toRunFolderError(again, file);
    }
  }
  makePrivate(file);
  return { file, position };
}

/** Valid checkpoints of a run, oldest first; an unreadable file is skipped unless it is the only one. */
export function listCheckpoints(run: RunFolder): readonly Checkpoint[] {
  const found = readCheckpoints(run);
  const whole = found.filter((one) => "position" in one);
  const last = found.at(-1);
  if (whole.length === 0 && last && "error" in last) throw last.error;
  return whole;
}

export interface DamagedCheckpoint {
  readonly file: string;
  readonly error: unknown;
}
/** Returns all checkpoints of a run, oldest first, by their headers; checksums are verified on loading. */
export function readCheckpoints(run: RunFolder): readonly (Checkpoint | DamagedCheckpoint)[] {
  if (!existsSync(run.checkpoints)) return [];
  return readdirSync(run.checkpoints)
    .filter((name) => pattern.test(name))
    .sort((a, b) => Number(pattern.exec(a)?.[1]) - Number(pattern.exec(b)?.[1]))
    .map((name) => {
      const file = join(run.checkpoints, name);
      try {
        return { file, position: readPosition(file) };
      } catch (error) {
        return { file, error };
      }
    });
}

const unusable: readonly string[] = [
  "weights-damaged",
  "weights-truncated",
  "weights-malformed",
  "weights-missing",
  "checkpoint-unreadable",
];
/** Whether the error means a missing or damaged file, rather than a failure of the reader. */
export function isUnusableCheckpointError(error: unknown): error is CodedError {
  return error instanceof CodedError && unusable.includes(error.code);
}

/**
 * Loads the newest valid checkpoint. If none is valid, throws the error of the last one. Other failures never lead to
 * an older checkpoint.
 */
export async function loadNewestCheckpoint(
  session: Pick<EngineSession, "load">,
  found: readonly (Checkpoint | DamagedCheckpoint)[],
): Promise<{ readonly checkpoint: Checkpoint; readonly damaged: readonly DamagedCheckpoint[] }> {
  const damaged: DamagedCheckpoint[] = [];
  for (const one of found.toReversed()) {
    try {
      if ("error" in one) throw one.error;
      await session.load(one.file);
      return { checkpoint: one, damaged };
    } catch (error) {
      if (!isUnusableCheckpointError(error)) throw error;
      damaged.push({ file: one.file, error });
    }
  }
  throw damaged[0]?.error ?? new CodedError("internal", { what: "no checkpoint was given" });
}

function readPosition(file: string): TrainingPosition {
  const text = readHeader(file).metadata["tunebook"];
  if (text === undefined) throw new CodedError("checkpoint-unreadable", { file, why: "it holds no position" });
  const position = parseJsonOrNull(text, positionSchema, unquoteNonFinite);
  if (!position) throw new CodedError("checkpoint-unreadable", { file, why: "its position cannot be read" });
  return position;
}
const positionSchema: Schema<TrainingPosition> = objectWith({
  step: v.pipe(v.number(), v.safeInteger()),
  best: v.nullable(objectWith({ score: anyNumber, step: anyNumber })),
  validated: v.exactOptional(anyNumber),
  // Older checkpoints have null if a validation was not a number.
  watched: v.array(
    v.union([
      anyNumber,
      v.pipe(
        v.null(),
        v.transform(() => Number.NaN),
      ),
    ]),
  ),
  seconds: anyNumber,
  privacy: v.exactOptional(objectWith({ noise: anyNumber, rate: anyNumber, steps: anyNumber })),
});

/** Removes all but the last checkpoint and the best one. */
export function pruneCheckpoints(run: RunFolder, keepSteps: readonly number[]): void {
  const keep = new Set(keepSteps.map((step) => checkpointFile(run, step)));
  for (const name of readdirSync(run.checkpoints)) {
    const file = join(run.checkpoints, name);
    if (pattern.test(name) && !keep.has(file)) rmSync(file, { force: true });
  }
}
