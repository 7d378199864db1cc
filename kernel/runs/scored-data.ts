/**
 * How data are read that a run's weights were scored on: `scored-data.json` in its folder, by content hash. A training that goes on
 * from these weights reads them again, whichever names its own program has for them. No row stands in it.
 */
import { join, relative, resolve } from "node:path";
import * as v from "valibot";
import type { DataPlan } from "#dsl/language/types/subject.js";
import { keptPlan } from "../data/sources/checksums.js";
import { writePrivate } from "../fetch/private.js";
import { fields, jsonOrNone, table } from "../fetch/json.js";
import { writing } from "./folder-errors.js";
import { dataPlan } from "./plan-schema.js";
import { readRegular } from "./read-regular.js";

const VERSION = 1;
/** Data that are kept; the newest are. */
const MOST = 32;
const schema = fields({ version: v.literal(VERSION), data: table(dataPlan) });

const fileOf = (run: string): string => join(run, "scored-data.json");

/** By content hash. Folders are absolute. */
export function scoredData(run: string): ReadonlyMap<string, DataPlan> {
  const found = jsonOrNone(readRegular(fileOf(run)) ?? "", schema);
  return new Map(
    Object.entries(found?.data ?? {}).map(([hash, data]) => [hash, { ...data, folder: resolve(run, data.folder) }]),
  );
}

/** `data.folder`: absolute. Coded errors `no-space`, `run-folder`. */
export function keepScoredData(run: string, hash: string, data: DataPlan): void {
  const others = [...scoredData(run)].filter(([one]) => one !== hash);
  // From the run's folder, as the lock's own places are: a project that is moved whole is found again.
  const all = [...others, [hash, data] as const].slice(-MOST).map(([one, plan]) => {
    return [one, { ...keptPlan(plan), folder: relative(run, plan.folder) }] as const;
  });
  try {
    writePrivate(fileOf(run), `${JSON.stringify({ version: VERSION, data: Object.fromEntries(all) })}\n`);
  } catch (error) {
    throw writing(error, fileOf(run));
  }
}
