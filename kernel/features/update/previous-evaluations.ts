/**
 * Data that a model was evaluated on and that its update doesn't name: scored together with the data that it learns.
 */
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import {
  MAX_COMPARED_EVALUATIONS,
  type ScoresSinceStartContext,
  type TrainedModel,
} from "../../evaluation/forgetting/scores-since.js";
import { recordedEvaluationsOf, readRecordedEvaluationRows } from "../../evaluation/forgetting/recorded-evaluations.js";
import type { LearnableTask, HostContextAndSignal } from "../../evaluation/forgetting/tasks.js";

export interface EarlierTasks {
  readonly tasks: readonly LearnableTask[];
  /** What is not scored, with the reasons. */
  readonly not: readonly string[];
}

/** `others`: tasks that are scored anyway. */
export async function earlierTasksOf(
  options: ScoresSinceStartContext,
  start: TrainedModel,
  others: readonly LearnableTask[],
  stage: HostContextAndSignal,
): Promise<EarlierTasks> {
  const scored = new Set(others.map(({ prepared }) => prepared.facts.hash));
  const tasks: LearnableTask[] = [];
  const not: string[] = [];
  const all = recordedEvaluationsOf(options.runs, start.weights).filter(({ score }) => !scored.has(score.dataHash));
  for (const one of all.slice(0, MAX_COMPARED_EVALUATIONS)) {
    const rows = await readRecordedEvaluationRows(
      options.datasets,
      one,
      dataReadingSettingsOf(start.weights.plan.recipe.model),
      stage,
    );
    if (typeof rows === "string") not.push(`${one.score.data} was evaluated before and is not scored: ${rows}`);
    else tasks.push({ plan: rows.data, prepared: rows.prepared, learnt: 0, split: rows.split, only: "scored" });
  }
  return { tasks, not };
}
