/**
 * The parts of a run that are compared and replayed: its plan, its lock, the record of its numbers' origin, its scores.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { readRegularFile } from "../read-events.js";
import type { PinnedRunFacts, RunFolder } from "../run-folder.js";
import { RunLog } from "../run-log.js";
import { runRecordOfPinnedFacts, type RunRecord } from "../run-record.js";
import { readRowMarks, type RowMarksBySplit } from "../row-marks.js";
import { readPlanAndLock } from "../history/damage.js";
import { newestScores, evaluationRowsKey, listedValidationScores, type ListedScore } from "../history/newest-scores.js";
import { readRunScores } from "../history/run-scores.js";

export interface ComparedRunRecord {
  readonly run: RunFolder;
  readonly plan: Plan;
  readonly lock: PinnedRunFacts;
  /** Null for a run of an older version. */
  readonly record: RunRecord | null;
  /** Reads the marks that identify the run's rows; it returns null if the run stores none. */
  readonly marks?: () => RowMarksBySplit | null;
  /**
   * Scores of evaluations, then of the last validation; `rows` is the hash of a split's own rows if the record has it.
   */
  readonly scores: readonly ListedScore[];
  /** The ε that a private training has spent; unset for other trainings. */
  readonly epsilon?: number;
}

/** Throws the coded error `run-unreadable`. */
export function comparedRunRecordOf(run: RunFolder): ComparedRunRecord {
  const { plan, lock } = readPlanAndLock(run);
  const log = new RunLog();
  log.take(readRegularFile(run.eventsFile) ?? "");
  const validated = listedValidationScores(log.validated, plan.recipe.data.name, lock.dataHash);
  const record = runRecordOfPinnedFacts(lock);
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

/**
 * Maps a split of these data to the hash of its own rows, so that a change in another split does not affect its scores.
 */
function ownRows({ dataHash }: PinnedRunFacts, record: RunRecord | null): ReadonlyMap<string, string> {
  if (dataHash === null) return new Map();
  return new Map(
    Object.entries(record?.splits ?? {}).map(([split, hash]) => [evaluationRowsKey(dataHash, split), `${hash}/`]),
  );
}
