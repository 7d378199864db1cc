/**
 * Finds the license that applies to a model: its base's, or that of the base's own origin, following local trainings
 * back.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readRegularJson } from "../read-events.js";
import { RunFolder } from "../run-folder.js";
import { forbidsChanges, licenceOf } from "../../bases/licence.js";
import { resolveBase } from "../../bases/resolve.js";
import { isMinimalPlan } from "./newest-scores.js";

/** Maximum number of trainings that are followed back. */
const MOST = 32;

/**
 * Returns the first license that forbids changes, among the base in `folder` and those behind it; null if none does.
 */
export async function licenceForbiddingChanges(folder: string): Promise<string | null> {
  const licence = await effectiveBaseLicence(folder);
  return licence !== null && forbidsChanges(licence) ? licence : null;
}

/**
 * Returns the first license that forbids changes, among the base in `folder` and those behind it; otherwise the nearest
 * named license.
 */
export async function effectiveBaseLicence(folder: string, most = MOST): Promise<string | null> {
  const licence = licenceOf({ folder });
  if (licence !== null && forbidsChanges(licence)) return licence;
  const behind =
    most > 0 && basename(folder) === "model" ? await baseFolderOfRun(RunFolder.open(dirname(folder))) : null;
  const further = behind === null ? null : await effectiveBaseLicence(behind, most - 1);
  return further !== null && forbidsChanges(further) ? further : (licence ?? further);
}

/**
 * Returns the folder of a training's base. Null if it had none, if the run does not name it, or if it no longer exists.
 * Nothing is downloaded.
 */
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
