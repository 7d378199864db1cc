/**
 * Finds a run's folder by user input: a path (of a run, or of a folder of runs and a training's name), an id in the
 * folder of runs, or the name of a training.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { isRunFolder, trainingNameOf } from "./damage.js";
import { readRegularJson } from "../read-events.js";
import { RunFolder } from "../run-folder.js";
import { objectWith, schemaGuard } from "../../fetch/json.js";
import { lockHolderOf } from "../run-lock.js";

export interface RunSearchFolders {
  /** Base folder of relative paths. */
  readonly folder: string;
  readonly runs: string;
}
/** Maximum number of runs in an error. */
const most = 5;

/**
 * Also returns a damaged run, which reports its damage when it is opened. Throws the coded errors `run-not-found`,
 * `several-runs` and `not-a-run`.
 */
export function findRun(path: string, { folder, runs }: RunSearchFolders): RunFolder {
  if (path === "" || path.includes("\0"))
    throw new CodedError("run-not-found", {
      path: JSON.stringify(path),
      runs: resolve(runs),
      has: [],
      count: 0,
      names: [],
      near: null,
    });
  const place = resolve(folder, path);
  if (isWhole(place)) return RunFolder.open(place);
  const [id, inRuns] = [path.replace(/^runs[\\/]/, "").replace(/[\\/]+$/, ""), resolve(runs)];
  const alone = !/[\\/]/.test(id) && id !== ".." && id !== ".";
  if (alone && id !== "" && isRunFolder(join(inRuns, id))) return RunFolder.open(join(inRuns, id));
  if (isFolder(place) && contentOf(place) === "other" && isRunFolder(place)) return RunFolder.open(place);
  if (isFolder(place)) throw new CodedError("not-a-run", { path, holds: contentOf(place) });
  // A path without a run may be a folder of runs plus a training's name; a single word is a training's name.
  const from = alone ? inRuns : dirname(place);
  const name = alone ? id : basename(place);
  const all = runsIn(from);
  const whole = all.filter((run) => run.lock()?.name === name);
  // If an undamaged run has the name, damaged ones are ignored.
  const same = whole.length > 0 ? whole : all.filter((run) => trainingNameOf(run) === name);
  const named = same.length > 0 ? same : lastStages(all, name);
  const [only] = named;
  if (only && named.length === 1) return only;
  const inPath = (one: string): string => (alone ? one : path.replace(/[^\\/]+[\\/]*$/, one));
  if (named.length > 1)
    throw new CodedError("several-runs", {
      name: path,
      ids: named.slice(0, most).map(({ id: one }) => inPath(one)),
      count: named.length,
    });
  const ids = all.map((run) => run.id);
  const near = nearestWord(name, [...new Set([...all.map(trainingNameOf), ...ids])]);
  throw new CodedError("run-not-found", {
    path,
    runs: from,
    has: ids.slice(0, most),
    count: ids.length,
    names: [...new Set(all.map(trainingNameOf))],
    near: near === undefined ? null : inPath(near),
  });
}

/**
 * Finds a run by its training's name: the one that is training, else the newest. A folder or an id selects that run.
 * Throws the coded errors `nothing-to-attach`, `run-not-found` and `not-a-run`.
 */
export function findAttachableRun(path: string, places: RunSearchFolders): RunFolder {
  if (/[\\/]/.test(path) || path === "" || path === "." || path === "..") return findRun(path, places);
  const all = runsIn(resolve(places.runs));
  const named = all.filter((run) => run.id === path || trainingNameOf(run) === path);
  const found = named.find((run) => lockHolderOf(run.path)?.does === "train") ?? named[0];
  if (found) return found;
  const has = [...new Set(all.map(trainingNameOf))];
  throw new CodedError("nothing-to-attach", { name: path, runs: resolve(places.runs), has });
}

/**
 * An update's runs are its tasks, `NAME_1` and so on. The name alone means the last one, which has the final weights.
 */
function lastStages(all: readonly RunFolder[], name: string): readonly RunFolder[] {
  const stages = all.flatMap((run) => {
    const trainingName = trainingNameOf(run);
    const number = trainingName.startsWith(`${name}_`) ? /^[1-9]\d*$/.exec(trainingName.slice(name.length + 1)) : null;
    return number && isStage(run, Number(number[0])) ? [{ run, number: Number(number[0]) }] : [];
  });
  const last = Math.max(0, ...stages.map(({ number }) => number));
  return stages.filter(({ number }) => number === last).map(({ run }) => run);
}
function isStage(run: RunFolder, number: number): boolean {
  const found = readRegularJson(join(run.path, "plan.json"));
  return isStagePlan(found) && found.recipe.update.before.length === number - 1;
}
const isStagePlan = schemaGuard(
  objectWith({ recipe: objectWith({ update: objectWith({ before: v.array(v.string()) }) }) }),
);

function isWhole(folder: string): boolean {
  return existsSync(join(folder, "plan.json")) && existsSync(join(folder, "lock.json"));
}
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a name that is too long, or a folder without read permission
  }
}
function contentOf(folder: string): "model" | "adapter" | "other" {
  if (existsSync(join(folder, "adapter_config.json"))) return "adapter";
  return existsSync(join(folder, "config.json")) ? "model" : "other";
}
/** Newest first. */
function runsIn(root: string): readonly RunFolder[] {
  const ids = isFolder(root)
    ? readdirSync(root).filter((id) => !id.startsWith(".") && isRunFolder(join(root, id)))
    : [];
  const began = (run: RunFolder): string => run.lock()?.started ?? "";
  return ids.map((id) => RunFolder.open(join(root, id))).sort((a, b) => began(b).localeCompare(began(a)));
}
