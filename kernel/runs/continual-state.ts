/**
 * What a stage of an update leaves for the next, in its run's folder `carried/`: `state.safetensors`, the weights and what
 * strategies keep of them; `memory.jsonl`, rows that are learnt again (as they were cleaned: no deployment and no bundle has
 * them); `recalled.safetensors`, while it is learning, what was said once of its rows; `carried.json`, which is written last: a folder with it is whole.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { makePrivate, makePrivateFolder, writePrivate } from "../fetch/private.js";
import { objectWith, anyNumber, schemaGuard, dictionaryOf, type Schema } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { readRegularJson, readRegularFile } from "./read-regular.js";

/** A task as it is scored: data, and the split that is. */
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
  /** On the tasks, after this one. */
  readonly scores: readonly (number | null)[];
  /** The predictions on each task, as label numbers; null for a task whose answers are no single labels. */
  readonly said: readonly (readonly number[] | null)[];
  /** Labels that this stage's data or earlier data had. The head has those of later stages too. */
  readonly taught: readonly string[];
}
/** A row of a replay buffer: its data set, its number there, and its roles. */
export interface Exemplar {
  readonly data: string;
  /** What tells the content of those data. */
  readonly hash: string;
  readonly row: number;
  readonly roles: Readonly<Record<string, unknown>>;
  /** Logits that the model gave for it when it had learned its data set, for the labels that the head then had. */
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
const exemplarSchema: Schema<Exemplar> = objectWith({
  data: v.string(),
  hash: v.string(),
  row: anyNumber,
  roles: dictionaryOf(v.unknown()),
  said: v.exactOptional(v.array(v.number())),
});
const isExemplar = schemaGuard(exemplarSchema);

const folderOf = (run: string): string => join(run, "carried");
/** The file of the weights and of what strategies keep. */
export const continualWeightsFile = (run: string): string => join(folderOf(run), "state.safetensors");

/** Logits that were cached for the rows of a stage, until the stage ends. */
export const cachedOutputsFile = (run: string): string => join(folderOf(run), "recalled.safetensors");

/** Null: the run is no stage of an update, or was ended before it was over. */
export function readContinualState(run: string): ContinualState | null {
  const found = readRegularJson(join(folderOf(run), "carried.json"));
  const whole = isCarried(found) && found.scores.length === found.tasks.length;
  return whole && existsSync(continualWeightsFile(run)) ? found : null;
}

/** `save`: writes the state to the file that it is given. Coded errors `no-space`, `run-folder`. */
export async function writeContinualState(
  run: string,
  carried: ContinualState,
  exemplars: readonly Exemplar[],
  save: (file: string) => Promise<void>,
): Promise<void> {
  const folder = folderOf(run);
  try {
    makePrivateFolder(folder);
    await save(continualWeightsFile(run));
    makePrivate(continualWeightsFile(run));
    writeExemplars(run, exemplars);
    writePrivate(join(folder, "carried.json"), JSON.stringify(carried));
    rmSync(cachedOutputsFile(run), { force: true });
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
}

/** Coded errors `no-space`, `run-folder`. */
export function writeExemplars(run: string, exemplars: readonly Exemplar[]): void {
  const lines = exemplars.map((row) => `${JSON.stringify(row)}\n`).join("");
  try {
    writePrivate(exemplarsFile(run), lines);
  } catch (error) {
    throw toRunFolderError(error, folderOf(run));
  }
}

/** The replay buffer that an earlier update left. */
export const readExemplars = (run: string): readonly Exemplar[] => readExemplarsAndDamage(run).rows;

export const exemplarsFile = (run: string): string => join(folderOf(run), "memory.jsonl");

/** The same, and how many lines can't be read. */
export function readExemplarsAndDamage(run: string): { readonly rows: readonly Exemplar[]; readonly damaged: number } {
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
