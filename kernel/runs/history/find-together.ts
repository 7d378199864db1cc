/** What may be watched under a name: a run, or several trainings that run as one by themselves. */
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

/** What trains goes before what has ended, else what was begun last. Coded errors: those of `findAttachableRun`. */
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

/** As `findAttachableRun`, but whoever is wrong is told of what runs as one too, first of all. */
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
