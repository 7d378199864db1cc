/**
 * Which rows of each task were right once and are wrong after the latest stage, from the predictions after each stage.
 */
import { forgettingStatisticsOf, type ForgettingStatistics } from "../../continual/forgotten-answers.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";
import { taskRowsReader, describeTasks, type LearnableTask, type TaskScoring } from "./tasks.js";

/** Predicted label indices per task. */
export type LabelPredictionsByTask = readonly (ArrayLike<number> | null)[];

export interface TaskForgetting extends ForgettingStatistics {
  /** For example `tickets.test`. */
  readonly on: string;
  /** Row of the matrix after which they were right. */
  readonly after: number;
  example(row: number): { readonly row: number; readonly text: string; readonly right: string; readonly now: string };
}

/**
 * `predictions`: by rows of the matrix. Covers the tasks that were learned before the last row, from the row after
 * which they were.
 */
export async function forgottenByTask(
  predictions: readonly LabelPredictionsByTask[],
  tasks: readonly LearnableTask[],
  scoring: TaskScoring,
): Promise<readonly TaskForgetting[]> {
  const last = predictions.length - 1;
  const reports = describeTasks(tasks);
  const found: TaskForgetting[] = [];
  for (const [j, task] of tasks.entries()) {
    const { learnt: after } = task;
    const [before, now] = [predictions[after]?.[j], predictions[last]?.[j]];
    if (after >= last || !before || !now) continue;
    const rows = (await taskRowsReader(task, scoring))?.rows;
    const truth = rows?.taught?.oneRight;
    const forgotten = truth && forgettingStatisticsOf(truth, before, now);
    if (!rows || !forgotten) continue;
    const named = (label: number | undefined): string => scoring.labels[label ?? -1] ?? "";
    found.push({
      ...forgotten,
      on: `${reports[j]?.data ?? ""}.${task.split ?? ""}`,
      after,
      example: (row) => ({
        row: rows.rows[row] ?? 0,
        text: rows.text(row),
        right: named(truth[row]),
        now: named(now[row]),
      }),
    });
  }
  return found;
}

/** Predictions of a model on the rows of a split. */
export interface SplitPredictions {
  readonly rows: EncodedRows;
  readonly labels: readonly string[];
  /** Label indices; null if predictions are not single labels. */
  readonly predictions: ArrayLike<number> | null;
}

/** Which rows were right by the earlier predictions and are wrong by the later; null unless both are single labels. */
export function forgettingBetweenPredictions(
  was: SplitPredictions,
  is: SplitPredictions,
  on: string,
): TaskForgetting | null {
  const truth = is.rows.taught?.oneRight;
  if (!truth || !was.predictions || !is.predictions) return null;
  const [oldPredictions, now] = [was.predictions, is.predictions];
  // Label indices may differ in the new head.
  const before = Int32Array.from(oldPredictions, (label) => is.labels.indexOf(was.labels[label] ?? ""));
  const forgotten = forgettingStatisticsOf(truth, before, now);
  const named = (label: number | undefined): string => is.labels[label ?? -1] ?? "";
  return (
    forgotten && {
      ...forgotten,
      on,
      after: 0,
      example: (row) => ({
        row: is.rows.rows[row] ?? 0,
        text: is.rows.text(row),
        right: named(truth[row]),
        now: named(now[row]),
      }),
    }
  );
}
