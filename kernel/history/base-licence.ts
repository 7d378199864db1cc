/** The licence that binds a model: its base's, or that of whatever the base was trained from here. */
import { basename, dirname, resolve } from "node:path";
import { RunFolder } from "../artifacts/run-folder.js";
import { forbidsChanges, licenceOf } from "../bases/licence.js";

/** Trainings that are followed back. */
const MOST = 32;

/** Of the base in `folder` and of those behind it the first licence that forbids changes; else null. */
export function forbiddingLicence(folder: string, most = MOST): string | null {
  const licence = licenceOf({ folder });
  if (licence !== null && forbidsChanges(licence)) return licence;
  const behind = most > 0 && basename(folder) === "model" ? baseOfRun(RunFolder.open(dirname(folder))) : null;
  return behind === null ? null : forbiddingLicence(behind, most - 1);
}

/** The folder of a training's base; null: it had none, or doesn't say. */
export function baseOfRun(run: RunFolder): string | null {
  const base = run.lock()?.base;
  return base === undefined ? null : resolve(run.path, base);
}
