/**
 * How data are read that a run's weights were scored on: `scored-data.json` in its folder, by content hash. A training that goes on
 * from these weights reads them again, whichever names its own program has for them. No row stands in it.
 */
import { join, relative, resolve } from "node:path";
import * as v from "valibot";
import type { DataPlan } from "#dsl/language/types/subject.js";
import { planForStorage } from "../data/sources/checksums.js";
import { writePrivate } from "../fetch/private.js";
import { objectWith, parseJsonOrNull, dictionaryOf } from "../fetch/json.js";
import { toRunFolderError } from "./folder-errors.js";
import { dataPlanSchema } from "./plan-schema.js";
import { readRegularFile } from "./read-regular.js";

const VERSION = 1;
/** Data that are kept; the newest are. */
const MOST = 32;
const schema = objectWith({ version: v.literal(VERSION), data: dictionaryOf(dataPlanSchema) });

const fileOf = (run: string): string => join(run, "scored-data.json");

/** By content hash. Folders are absolute. */
export function readScoredData(run: string): ReadonlyMap<string, DataPlan> {
  const found = parseJsonOrNull(readRegularFile(fileOf(run)) ?? "", schema);
  return new Map(
    Object.entries(found?.data ?? {}).map(([hash, data]) => [hash, { ...data, folder: resolve(run, data.folder) }]),
  );
}

/** `data.folder`: absolute. Coded errors `no-space`, `run-folder`. */
export function saveScoredData(run: string, hash: string, data: DataPlan): void {
  const others = [...readScoredData(run)].filter(([one]) => one !== hash);
  // From the run's folder, as the lock's own places are: a project that is moved whole is found again.
  const all = [...others, [hash, data] as const].slice(-MOST).map(([one, plan]) => {
    return [one, { ...planForStorage(plan), folder: relative(run, plan.folder) }] as const;
  });
  try {
    writePrivate(fileOf(run), `${JSON.stringify({ version: VERSION, data: Object.fromEntries(all) })}\n`);
  } catch (error) {
    throw toRunFolderError(error, fileOf(run));
  }
}
