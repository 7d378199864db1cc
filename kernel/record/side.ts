/** A run as it is compared and repeated: its plan, its lock, what stands in it of where its numbers came from, its scores. */
import { join } from "node:path";
import type { Plan } from "#dsl/plan/plan.js";
import { isWholePlan } from "../artifacts/plan-schema.js";
import { jsonRegular, readRegular } from "../artifacts/read-regular.js";
import type { Lock, RunFolder } from "../artifacts/run-folder.js";
import { RunLog } from "../artifacts/run-log.js";
import { recordIn, type RunRecord } from "../artifacts/run-record.js";
import { damageOf, unreadable } from "../history/damage.js";
import { newestScores, validationScores, type ListedScore } from "../history/newest-scores.js";
import { scoresOf } from "../history/run-scores.js";

export interface Side {
  readonly run: RunFolder;
  readonly plan: Plan;
  readonly lock: Lock;
  /** Null: an older run. */
  readonly record: RunRecord | null;
  /** Of evaluations, then of its last validation. */
  readonly scores: readonly ListedScore[];
}

/** Coded error `run-unreadable`. */
export function sideOf(run: RunFolder): Side {
  const damage = damageOf(run);
  const [lock, plan] = [run.lock(), jsonRegular(join(run.path, "plan.json"))];
  if (damage !== null || !lock || !isWholePlan(plan)) throw unreadable(run, damage ?? "plan.json can't be read");
  const log = new RunLog();
  log.take(readRegular(run.eventsFile) ?? "");
  const validated = validationScores(log.validated, plan.recipe.data.name, lock.dataHash);
  return { run, plan, lock, record: recordIn(lock), scores: [...newestScores(scoresOf(run)), ...validated] };
}
