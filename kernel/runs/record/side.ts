/** A run as it is compared and repeated: its plan, its lock, what stands in it of where its numbers came from, its scores. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { readRegularFile } from "../read-regular.js";
import type { RunLockFile, RunFolder } from "../run-folder.js";
import { RunLog } from "../run-log.js";
import { runRecordIn, type RunRecord } from "../run-record.js";
import { readRowMarks, type RowMarks } from "../row-marks.js";
import { readPlanAndLock } from "../history/damage.js";
import { newestScores, evaluationRowsKey, validationScores, type ListedScore } from "../history/newest-scores.js";
import { readRunScores } from "../history/run-scores.js";

export interface ComparedRunRecord {
  readonly run: RunFolder;
  readonly plan: Plan;
  readonly lock: RunLockFile;
  /** Null: an older run. */
  readonly record: RunRecord | null;
  /** By what its rows are known again; null: it keeps none. Absent: nobody asks. */
  readonly marks?: () => RowMarks | null;
  /** Of evaluations, then of its last validation; `rows` are a split's own where the record has them. */
  readonly scores: readonly ListedScore[];
  /** What a private training has spent; absent: it isn't one. */
  readonly epsilon?: number;
}

/** Coded error `run-unreadable`. */
export function comparedRunRecordOf(run: RunFolder): ComparedRunRecord {
  const { plan, lock } = readPlanAndLock(run);
  const log = new RunLog();
  log.take(readRegularFile(run.eventsFile) ?? "");
  const validated = validationScores(log.validated, plan.recipe.data.name, lock.dataHash);
  const record = runRecordIn(lock);
  const ownHashes = ownRows(lock, record);
  return {
    run,
    plan,
    lock,
    record,
    marks: () => readRowMarks(run.path),
    ...(log.epsilon !== null && { epsilon: log.epsilon }),
    scores: [...newestScores(readRunScores(run)), ...validated].map((one) => ({
      ...one,
      rows: ownHashes.get(one.rows) ?? one.rows,
    })),
  };
}

/** What is scored is one split: that others of the data changed makes it no other. */
function ownRows({ dataHash }: RunLockFile, record: RunRecord | null): ReadonlyMap<string, string> {
  if (dataHash === null) return new Map();
  return new Map(
    Object.entries(record?.splits ?? {}).map(([split, hash]) => [evaluationRowsKey(dataHash, split), `${hash}/`]),
  );
}
