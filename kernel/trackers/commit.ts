/** The commit that a run's lock tells of. */
import type { Lock } from "../runs/run-folder.js";
import { partIn } from "#stdlib/trackers/shared/answers.js";

/** Null: it tells of none. */
export function commitOf(lock: Lock): string | null {
  const commit = partIn(lock, ["record", "git", "commit"]);
  return typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}
