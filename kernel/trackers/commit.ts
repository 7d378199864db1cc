/** The git commit in a run's lock. */
import type { PinnedRunFacts } from "../runs/run-folder.js";
import { valueAtPath } from "#stdlib/trackers/shared/answers.js";

/** Returns null if the lock contains none. */
export function gitCommitOfRun(lock: PinnedRunFacts): string | null {
  const commit = valueAtPath(lock, ["record", "git", "commit"]);
  return typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}
