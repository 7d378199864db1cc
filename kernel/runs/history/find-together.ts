/** What may be watched under a name: a run, or several trainings that run as one by themselves. */
import { resolve } from "node:path";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { RunFolder } from "../run-folder.js";
import { holderOf } from "../run-lock.js";
import {
  beganAt,
  goesOn,
  readTogether,
  togetherNamed,
  togetherNames,
  type Together,
} from "../together/trial-groups.js";
import { findAttachable, type Places } from "./find-run.js";

/** What trains goes before what has ended, else what was begun last. Coded errors: those of `findAttachable`. */
export function findWatchable(path: string, places: Places): RunFolder | Together {
  const several = /[\\/]/.test(path)
    ? readTogether(resolve(places.folder, path))
    : togetherNamed(resolve(places.runs), path);
  if (!several) return attachable(path, places);
  if (goesOn(several)) return several;
  try {
    const run = findAttachable(path, places);
    return holderOf(run.path) !== null || begunOf(run) > beganAt(several) ? run : several;
  } catch (error) {
    if (error instanceof CodedError) return several;
    throw error;
  }
}

/** As `findAttachable`, but whoever is wrong is told of what runs as one too, first of all. */
function attachable(path: string, places: Places): RunFolder {
  try {
    return findAttachable(path, places);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "nothing-to-attach") throw error;
    const data = error.data as CodeData["nothing-to-attach"];
    throw new CodedError("nothing-to-attach", {
      ...data,
      has: [...new Set([...togetherNames(resolve(places.runs)), ...data.has])],
    });
  }
}

const begunOf = (run: RunFolder): string => run.lock()?.started ?? "";
