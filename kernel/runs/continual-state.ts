/**
 * State that one task of a continual update leaves for the next, in `carried/` of its run's folder.
 * `state.safetensors`: the weights and strategy states. `memory.jsonl`: rows that are replayed, after cleaning (never
 * in a deployment or bundle). `recalled.safetensors`: cached logits of the rows during training. `carried.json` is
 * written last: a folder with it is complete.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { makePrivate, makePrivateFolder, writePrivateFile } from "../fetch/private.js";
import { objectWith, anyNumber, schemaGuard, dictionaryOf, type Schema } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { readRegularJson, readRegularFile } from "./read-events.js";

/** A scored task: data and split. */
export interface ContinualTask {
  readonly data: string;
  readonly split: string;
  readonly rows: number;
}
export interface ContinualState {
  readonly version: 1;
  /** In the order of the head. */
  readonly labels: readonly string[];
  readonly tasks: readonly ContinualTask[];
  readonly metric: string;
  /** Scores on the tasks after this one was trained. */
  readonly scores: readonly (number | null)[];
  /** The predictions on each task, as label indices; null for a task without single-label predictions. */
  readonly said: readonly (readonly number[] | null)[];
  /** Labels in this task's or earlier data. The head also has those of later tasks. */
  readonly taught: readonly string[];
}
/** A row of a replay buffer: its data set, its index there, and its roles. */
export interface ReplayExemplar {
  readonly data: string;
  /** Content hash of the data set. */
  readonly hash: string;
  readonly row: number;
  readonly roles: Readonly<Record<string, unknown>>;
  /** The model's logits for the row after training on its data set, for the labels that the head had then. */
  readonly said?: readonly number[];
}

const scores = v.array(v.nullable(anyNumber));
const carriedSchema: Schema<ContinualState> = objectWith({
  version: v.literal(1),
  labels: v.array(v.string()),
  tasks: v.array(objectWith({ data: v.string(), split: v.string(), rows: anyNumber })),
  metric: v.string(),
  scores,
  said: v.array(v.nullable(v.array(anyNumber))),
  taught: v.array(v.string()),
});
const isCarried = schemaGuard(carriedSchema);
const exemplarSchema: Schema<ReplayExemplar> = objectWith({
  data: v.string(),
  hash: v.string(),
  row: anyNumber,
  roles: dictionaryOf(v.unknown()),
  said: v.exactOptional(v.array(v.number())),
});
const isExemplar = schemaGuard(exemplarSchema);

const folderOf = (run: string): string => join(run, "carried");
/** File of the weights and of the strategies' states. */
export const continualWeightsFile = (run: string): string => join(folderOf(run), "state.safetensors");

/** File of cached logits for the rows of a task, until the task ends. */
export const cachedLogitsFile = (run: string): string => join(folderOf(run), "recalled.safetensors");

/** Returns null if the run is no task of an update, or did not complete. */
export function readContinualState(run: string): ContinualState | null {
  const found = readRegularJson(join(folderOf(run), "carried.json"));
  const whole = isCarried(found) && found.scores.length === found.tasks.length;
  return whole && existsSync(continualWeightsFile(run)) ? found : null;
}

/** `save`: writes the state to the given file. Throws the coded errors `no-space` and `run-folder`. */
export async function writeContinualState(
  run: string,
  carried: ContinualState,
  exemplars: readonly ReplayExemplar[],
  save: (file: string) => Promise<void>,
): Promise<void> {
  const folder = folderOf(run);
  try {
    makePrivateFolder(folder);
    await save(continualWeightsFile(run));
    makePrivate(continualWeightsFile(run));
    writeExemplars(run, exemplars);
    writePrivateFile(join(folder, "carried.json"), JSON.stringify(carried));
    rmSync(cachedLogitsFile(run), { force: true });
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
}

/** Throws the coded errors `no-space` and `run-folder`. */
export function writeExemplars(run: string, exemplars: readonly ReplayExemplar[]): void {
  const lines = exemplars.map((row) => `${JSON.stringify(row)}\n`).join("");
  try {
    writePrivateFile(exemplarsFile(run), lines);
  } catch (error) {
    throw toRunFolderError(error, folderOf(run));
  }
}

/** Returns the replay buffer of an earlier update. */
export const readExemplars = (run: string): readonly ReplayExemplar[] => readExemplarsAndDamage(run).rows;

export const exemplarsFile = (run: string): string => join(folderOf(run), "memory.jsonl");

/** Returns the replay buffer, and the number of unreadable lines. */
export function readExemplarsAndDamage(run: string): {
  readonly rows: readonly ReplayExemplar[];
  readonly damaged: number;
} {
  const lines = (readRegularFile(exemplarsFile(run)) ?? "").split("\n").filter((line) => line !== "");
  const rows = lines.flatMap((line) => {
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      return [];
    }
    return isExemplar(row) ? [row] : [];
  });
  return { rows, damaged: lines.length - rows.length };
}
