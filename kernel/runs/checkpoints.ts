/**
 * Checkpoints of a run: one safetensors file each, `step-000030.safetensors`, written by the engine host under a
 * temporary name and renamed, so that a file with that name is whole. What the loop must know to go on stands in the
 * file's metadata; a checkpoint needs nothing beside itself.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SampledSteps } from "#stdlib/privacies/kind.js";
import { makePrivate, makePrivateFolder } from "../fetch/private.js";
import type { EngineSession } from "../engines/engine.js";
import { CHECKSUM_METADATA, readHeader } from "../tensors/safetensors.js";
import { objectWith, anyNumber, parseJsonOrNull, type Schema } from "../fetch/json.js";
import { folderGoneError, toRunFolderError } from "./folder-errors.js";
import { quoteNonFinite, unquoteNonFinite } from "./log-lines.js";
import type { RunFolder } from "./run-folder.js";

/** Where the loop stands after a step. */
export interface TrainingPosition {
  /** Steps done. */
  readonly step: number;
  /** The best validation score so far (greater is better) and the step that reached it. */
  readonly best: { readonly score: number; readonly step: number } | null;
  /** The step of the last validation. */
  readonly validated?: number;
  /** The watched values of every validation, for early stopping. */
  readonly watched: readonly number[];
  readonly seconds: number;
  /** Of a private training: what it did to its rows until then, steps among it that a kill took back. */
  readonly privacy?: SampledSteps;
}
export interface Checkpoint {
  readonly file: string;
  readonly position: TrainingPosition;
}

const pattern = /^step-(\d{6,})\.safetensors$/;

export function checkpointFile(run: RunFolder, step: number): string {
  return join(run.checkpoints, `step-${String(step).padStart(6, "0")}.safetensors`);
}

/** Coded errors `no-space`, `run-folder`. */
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

/** Whole checkpoints of a run, oldest first; a file that can't be read is passed over unless it is the only one. */
export function listCheckpoints(run: RunFolder): readonly Checkpoint[] {
  const found = readCheckpoints(run);
  const whole = found.filter((one) => "position" in one);
  const last = found.at(-1);
  if (whole.length === 0 && last && "error" in last) throw last.error;
  return whole;
}

/** A checkpoint whose file can't be used. */
export interface DamagedCheckpoint {
  readonly file: string;
  readonly error: unknown;
}
/** All of a run's, oldest first, by their headers: the checksum is compared when one is loaded. */
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
/** Of a file that is gone or damaged, not of what reads it. */
export function isUnusableCheckpoint(error: unknown): error is CodedError {
  return error instanceof CodedError && unusable.includes(error.code);
}

/**
 * Loads the newest checkpoint that is whole. Throws what is wrong with the last one where none is; anything else that goes
 * wrong is no reason to take an older one.
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
      if (!isUnusableCheckpoint(error)) throw error;
      damaged.push({ file: one.file, error });
    }
  }
  throw damaged[0]?.error ?? new CodedError("internal", { what: "no checkpoint was given" });
}

function readPosition(file: string): TrainingPosition {
  const text = readHeader(file).metadata["tunebook"];
  if (text === undefined) throw new CodedError("checkpoint-unreadable", { file, why: "it holds no position" });
  const position = parseJsonOrNull(text, positionSchema, unquoteNonFinite);
  if (!position) throw new CodedError("checkpoint-unreadable", { file, why: "its position can't be read" });
  return position;
}
const positionSchema: Schema<TrainingPosition> = objectWith({
  step: v.pipe(v.number(), v.safeInteger()),
  best: v.nullable(objectWith({ score: anyNumber, step: anyNumber })),
  validated: v.exactOptional(anyNumber),
  // Older ones have null where a validation was no number.
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
