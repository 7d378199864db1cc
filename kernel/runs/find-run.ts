/** The folder of a run by what a person writes: a path, an id in the folder of runs, or the name of a training. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import { nearest } from "#dsl/check/nearest.js";
import { isRunFolder, nameOf } from "./damage.js";
import "./load-codes.js";
import { RunFolder } from "./run-folder.js";

export interface Places {
  /** Where a relative path starts. */
  readonly folder: string;
  /** The folder of runs. */
  readonly runs: string;
}
/** Runs that an error names. */
const most = 5;

/** A damaged one too, which tells what is wrong when it is opened. Coded errors `run-not-found`, `several-runs`, `not-a-run`. */
export function findRun(path: string, { folder, runs }: Places): RunFolder {
  if (path === "" || path.includes("\0"))
    throw new CodedError("run-not-found", {
      path: JSON.stringify(path),
      runs: resolve(runs),
      has: [],
      count: 0,
      near: null,
    });
  const place = resolve(folder, path);
  if (isWhole(place)) return RunFolder.open(place);
  const [id, inRuns] = [path.replace(/^runs[\\/]/, "").replace(/[\\/]+$/, ""), resolve(runs)];
  const alone = !/[\\/]/.test(id) && id !== ".." && id !== ".";
  if (alone && id !== "" && isRunFolder(join(inRuns, id))) return RunFolder.open(join(inRuns, id));
  if (isFolder(place) && contentOf(place) === "other" && isRunFolder(place)) return RunFolder.open(place);
  if (isFolder(place)) throw new CodedError("not-a-run", { path, holds: contentOf(place) });
  const all = alone ? runsIn(inRuns) : [];
  const whole = all.filter((run) => run.lock()?.name === id);
  // Of a name that a whole run has, a damaged one is not meant.
  const named = whole.length > 0 ? whole : all.filter((run) => nameOf(run) === id);
  const [only] = named;
  if (only && named.length === 1) return only;
  if (named.length > 1)
    throw new CodedError("several-runs", {
      name: path,
      ids: named.slice(0, most).map(({ id: one }) => one),
      count: named.length,
    });
  const ids = all.map((run) => run.id);
  throw new CodedError("run-not-found", {
    path,
    runs: inRuns,
    has: ids.slice(0, most),
    count: ids.length,
    near: nearest(id, ids) ?? null,
  });
}

function isWhole(folder: string): boolean {
  return existsSync(join(folder, "plan.json")) && existsSync(join(folder, "lock.json"));
}
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a name that is too long, a folder that may not be looked into
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
