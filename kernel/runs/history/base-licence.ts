/** The licence that binds a model: its base's, or that of whatever the base was trained from here. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readRegularJson } from "../read-regular.js";
import { RunFolder } from "../run-folder.js";
import { forbidsChanges, licenceOf } from "../../bases/licence.js";
import { resolveBase } from "../../bases/resolve.js";
import { isMinimalPlan } from "./run-summary.js";

/** Trainings that are followed back. */
const MOST = 32;

/** Of the base in `folder` and of those behind it the first licence that forbids changes; else null. */
export async function licenceForbiddingChanges(folder: string): Promise<string | null> {
  const licence = await baseLicenceOf(folder);
  return licence !== null && forbidsChanges(licence) ? licence : null;
}

/** Of the base in `folder` and of those behind it the first licence that forbids changes, else the nearest that is named. */
export async function baseLicenceOf(folder: string, most = MOST): Promise<string | null> {
  const licence = licenceOf({ folder });
  if (licence !== null && forbidsChanges(licence)) return licence;
  const behind =
    most > 0 && basename(folder) === "model" ? await baseFolderOfRun(RunFolder.open(dirname(folder))) : null;
  const further = behind === null ? null : await baseLicenceOf(behind, most - 1);
  return further !== null && forbidsChanges(further) ? further : (licence ?? further);
}

/** The folder of a training's base; null: it had none, it doesn't say, or it isn't here any more. Nothing is downloaded. */
export async function baseFolderOfRun(run: RunFolder): Promise<string | null> {
  if (existsSync(join(run.base, "config.json"))) return run.base;
  const lock = run.lock();
  if (lock?.base !== undefined) return resolve(run.path, lock.base);
  const plan: unknown = readRegularJson(join(run.path, "plan.json"));
  if (!lock || !isMinimalPlan(plan) || plan.recipe.model.scratch) return null;
  const { base, folder } = plan.recipe.model;
  const home = resolve(run.path, lock.home ?? join("..", ".."), folder);
  return resolveBase(base, { folder: home, offline: true }).then(
    (found) => found.folder,
    () => null,
  );
}
