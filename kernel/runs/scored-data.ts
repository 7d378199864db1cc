/**
 * How to read the data that a run's weights were scored on: `scored-data.json` in its folder, by content hash. A
 * training that continues from these weights reads them again, whatever names its own program uses. The file contains
 * no rows.
 */
import { join, relative, resolve } from "node:path";
import * as v from "valibot";
import type { DataPlan } from "#dsl/language/types/value.js";
import { planForStorage } from "../data/sources/checksums.js";
import { writePrivateFile } from "../fetch/private.js";
import { objectWith, parseJsonOrNull, dictionaryOf } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { dataPlanSchema } from "./plan-schema.js";
import { readRegularFile } from "./read-events.js";

const VERSION = 1;
/** Maximum number of data sets that are stored; the newest are kept. */
const MOST = 32;
const schema = objectWith({ version: v.literal(VERSION), data: dictionaryOf(dataPlanSchema) });

const fileOf = (run: string): string => join(run, "scored-data.json");

/** Returns the data plans by content hash. Folders are absolute. */
export function readScoredDataPlans(run: string): ReadonlyMap<string, DataPlan> {
  const found = parseJsonOrNull(readRegularFile(fileOf(run)) ?? "", schema);
  return new Map(
    Object.entries(found?.data ?? {}).map(([hash, data]) => [hash, { ...data, folder: resolve(run, data.folder) }]),
  );
}

/**
 * Stores how to read these data; `data.folder` must be absolute. Throws the coded errors `no-space` and `run-folder`.
 */
export function saveScoredDataPlan(run: string, hash: string, data: DataPlan): void {
  const others = [...readScoredDataPlans(run)].filter(([one]) => one !== hash);
  // Stored relative to the run's folder, like the paths in the lock, so that a project can be moved.
  const all = [...others, [hash, data] as const].slice(-MOST).map(([one, plan]) => {
    return [one, { ...planForStorage(plan), folder: relative(run, plan.folder) }] as const;
  });
  try {
    writePrivateFile(fileOf(run), `${JSON.stringify({ version: VERSION, data: Object.fromEntries(all) })}\n`);
  } catch (error) {
    throw toRunFolderError(error, fileOf(run));
  }
}
