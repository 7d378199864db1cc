/**
 * What a stage of an update leaves for the next, in its run's folder `carried/`: `state.safetensors`, the weights and what
 * strategies keep of them; `memory.jsonl`, rows that are learnt again (as they were cleaned: no deployment and no bundle has
 * them); `recalled.safetensors`, while it is learning, what was said once of its rows; `carried.json`, which is written last: a folder with it is whole.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { closeToOthers, makePrivateFolder, writePrivate } from "../fetch/private.js";
import { fields, figure, like, table, type Schema } from "../fetch/json.js";
import { writing } from "./folder-errors.js";
import { jsonRegular, readRegular } from "./read-regular.js";

/** A task as it is scored: data, and the split that is. */
export interface Task {
  readonly data: string;
  readonly split: string;
  readonly rows: number;
}
export interface Carried {
  readonly version: 1;
  /** In the order of the head. */
  readonly labels: readonly string[];
  readonly tasks: readonly Task[];
  readonly metric: string;
  /** On the tasks, after this one. */
  readonly scores: readonly (number | null)[];
  /** The predictions on each task, as label numbers; null for a task whose answers are no single labels. */
  readonly said: readonly (readonly number[] | null)[];
  /** Labels that this stage's data or earlier data had. The head has those of later stages too. */
  readonly taught: readonly string[];
}
/** A row that is learnt again: of which data, its number there, and its roles. */
export interface Remembered {
  readonly data: string;
  /** What tells the content of those data. */
  readonly hash: string;
  readonly row: number;
  readonly roles: Readonly<Record<string, unknown>>;
  /** What was said of it when its data had been learnt, of the labels that the head then had; absent: nobody asked. */
  readonly said?: readonly number[];
}

const scores = v.array(v.nullable(figure));
const carriedSchema: Schema<Carried> = fields({
  version: v.literal(1),
  labels: v.array(v.string()),
  tasks: v.array(fields({ data: v.string(), split: v.string(), rows: figure })),
  metric: v.string(),
  scores,
  said: v.array(v.nullable(v.array(figure))),
  taught: v.array(v.string()),
});
const isCarried = like(carriedSchema);
const rememberedSchema: Schema<Remembered> = fields({
  data: v.string(),
  hash: v.string(),
  row: figure,
  roles: table(v.unknown()),
  said: v.exactOptional(v.array(v.number())),
});
const isRemembered = like(rememberedSchema);

const folderOf = (run: string): string => join(run, "carried");
/** The file of the weights and of what strategies keep. */
export const carriedState = (run: string): string => join(folderOf(run), "state.safetensors");

/** Logits that were said once of the rows that the stage learns, as long as it does. */
export const recalledFile = (run: string): string => join(folderOf(run), "recalled.safetensors");

/** Null: the run is no stage of an update, or was ended before it was over. */
export function readCarried(run: string): Carried | null {
  const found = jsonRegular(join(folderOf(run), "carried.json"));
  const whole = isCarried(found) && found.scores.length === found.tasks.length;
  return whole && existsSync(carriedState(run)) ? found : null;
}

/** `save`: writes the state to the file that it is given. Coded errors `no-space`, `run-folder`. */
export async function writeCarried(
  run: string,
  carried: Carried,
  memory: readonly Remembered[],
  save: (file: string) => Promise<void>,
): Promise<void> {
  const folder = folderOf(run);
  try {
    makePrivateFolder(folder);
    await save(carriedState(run));
    closeToOthers(carriedState(run));
    writeMemory(run, memory);
    writePrivate(join(folder, "carried.json"), JSON.stringify(carried));
    rmSync(recalledFile(run), { force: true });
  } catch (error) {
    throw writing(error, folder);
  }
}

/** Coded errors `no-space`, `run-folder`. */
export function writeMemory(run: string, memory: readonly Remembered[]): void {
  const lines = memory.map((row) => `${JSON.stringify(row)}\n`).join("");
  try {
    writePrivate(memoryFile(run), lines);
  } catch (error) {
    throw writing(error, folderOf(run));
  }
}

/** Rows that an earlier update kept. */
export const readMemory = (run: string): readonly Remembered[] => memoryIn(run).rows;

export const memoryFile = (run: string): string => join(folderOf(run), "memory.jsonl");

/** The same, and how many lines can't be read. */
export function memoryIn(run: string): { readonly rows: readonly Remembered[]; readonly damaged: number } {
  const lines = (readRegular(memoryFile(run)) ?? "").split("\n").filter((line) => line !== "");
  const rows = lines.flatMap((line) => {
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      return [];
    }
    return isRemembered(row) ? [row] : [];
  });
  return { rows, damaged: lines.length - rows.length };
}
