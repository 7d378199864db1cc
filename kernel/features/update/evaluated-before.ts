/** Data that a model was evaluated on and that its update doesn't name: scored beside those that it learns. */
import { readerOf } from "#dsl/language/types/subject.js";
import { rowsOnRecord, MOST_EVALUATIONS, type Asks, type Trained } from "../../evaluation/forgetting/scores-since.js";
import { evaluationsOf } from "../../evaluation/forgetting/on-record.js";
import type { Learnable, Working } from "../../evaluation/forgetting/tasks.js";

export interface EvaluatedBefore {
  readonly tasks: readonly Learnable[];
  /** What isn't scored, and why. */
  readonly not: readonly string[];
}

/** `others`: what is scored anyway. */
export async function evaluatedBefore(
  o: Asks,
  start: Trained,
  others: readonly Learnable[],
  stage: Working,
): Promise<EvaluatedBefore> {
  const scored = new Set(others.map(({ prepared }) => prepared.facts.hash));
  const tasks: Learnable[] = [];
  const not: string[] = [];
  const all = evaluationsOf(o.runs, start.weights).filter(({ score }) => !scored.has(score.dataHash));
  for (const one of all.slice(0, MOST_EVALUATIONS)) {
    const rows = await rowsOnRecord(o, one, readerOf(start.weights.plan.recipe.model), stage);
    if (typeof rows === "string") not.push(`${one.score.data} was evaluated before and is not scored: ${rows}`);
    else tasks.push({ plan: rows.data, prepared: rows.prepared, learnt: 0, split: rows.split, only: "scored" });
  }
  return { tasks, not };
}
