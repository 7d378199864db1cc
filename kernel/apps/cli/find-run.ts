/**
 * Finds the run (or group of runs) named on the command line, by its training's name or its folder: among this folder's
 * runs, else anywhere on this machine.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readTrialGroup } from "#kernel/runs/together/trial-groups.js";
import { runningTrainings, unfetchedClusterSweeps } from "#kernel/remote/supervisor/running-processes.js";
import { findWatchable } from "#kernel/runs/history/find-watchable.js";
import { runsFolder } from "./runs/runs-folder.js";

/**
 * Prefers a run of this folder over one that trains elsewhere with the same name. Coded errors `nothing-to-attach`,
 * `bad-usage`, and those of finding a run.
 */
export function findRunForCommand(wanted: string, folder: string, command: string): RunFolder {
  const found = runHere(wanted, folder);
  if (found instanceof RunFolder) return found;
  const [only, ...others] = elsewhere(wanted);
  if (only && others.length > 0) throw several(wanted, [only, ...others], command);
  if (only) return only;
  throw found;
}

/** Finds a run of this folder; returns the error if none has that name. */
function runHere(wanted: string, folder: string): RunFolder | CodedError {
  try {
    const found = findWatchable(wanted, { folder: process.cwd(), runs: runsFolder(folder) });
    return found instanceof RunFolder ? found : RunFolder.open(found.folder);
  } catch (error) {
    if (error instanceof CodedError && error.code === "nothing-to-attach") return error;
    throw error;
  }
}

function elsewhere(name: string): readonly RunFolder[] {
  return [...runningTrainings(), ...unfetchedClusterSweeps()]
    .map(({ folder }) => RunFolder.open(folder))
    .filter((run) => run.id === name || (run.lock() ?? readTrialGroup(run.path))?.name === name);
}

function several(name: string, runs: readonly RunFolder[], command: string): CodedError {
  const folders = runs.map(({ path }) => path).join(", ");
  return new CodedError("bad-usage", {
    message: `several trainings are called ${name}; name its folder: ${folders}`,
    command,
  });
}
