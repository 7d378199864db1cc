/** Finds what can be watched under a name: a run, or several detached trainings that run as one. */
import { resolve } from "node:path";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { RunFolder } from "../run-folder.js";
import { lockHolderOf } from "../run-lock.js";
import {
  trialGroupStart,
  isTrialGroupRunning,
  readTrialGroup,
  findTrialGroupNamed,
  trialGroupNames,
  type TrialGroup,
} from "../together/trial-groups.js";
import { findAttachableRun, type RunSearchFolders } from "./find-run.js";

/** Prefers running trainings, then the one started last. Throws the coded errors of `findAttachableRun`. */
export function findWatchable(path: string, places: RunSearchFolders): RunFolder | TrialGroup {
  const several = /[\\/]/.test(path)
    ? readTrialGroup(resolve(places.folder, path))
    : findTrialGroupNamed(resolve(places.runs), path);
  if (!several) return attachable(path, places);
  if (isTrialGroupRunning(several)) return several;
  try {
    const run = findAttachableRun(path, places);
    return lockHolderOf(run.path) !== null || begunOf(run) > trialGroupStart(several) ? run : several;
  } catch (error) {
    if (error instanceof CodedError) return several;
    throw error;
  }
}

/** Like `findAttachableRun`, but its error also lists trainings that run as one, and lists them first. */
function attachable(path: string, places: RunSearchFolders): RunFolder {
  try {
    return findAttachableRun(path, places);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "nothing-to-attach") throw error;
    const data = error.data as CodeData["nothing-to-attach"];
    throw new CodedError("nothing-to-attach", {
      ...data,
      has: [...new Set([...trialGroupNames(resolve(places.runs)), ...data.has])],
    });
  }
}

const begunOf = (run: RunFolder): string => run.lock()?.started ?? "";
