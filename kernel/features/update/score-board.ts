/** The matrix of an update's scores in its cell, and below it what was forgotten. */
import { forgottenExamplesView } from "../../display/forgotten-examples.js";
import { scoreMatrixPicture, scoreMatrixView, type ModelUpdateReport } from "../../display/updates.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { TaskForgetting } from "../../evaluation/forgetting/forgotten-rows.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { type LearnableTask, type TaskMetric, describeTasks } from "../../evaluation/forgetting/tasks.js";
import { bestConstantAccuracy } from "./best-constant.js";

/** The matrix of scores as it fills, and below it what was forgotten. */
export class LiveScoreMatrix {
  private readonly rows: (readonly (number | null)[])[] = [];
  private there = false;
  private isReported = false;

  constructor(
    private readonly stage: ExecutionContext,
    private readonly id: string,
    private readonly about: Omit<ModelUpdateReport, "matrix"> & { readonly not: readonly string[] },
  ) {}

  scored(row: number, scores: readonly (number | null)[]): void {
    this.rows[row] = scores;
    const matrix = Array.from(this.rows, (one) => one ?? this.about.tasks.map(() => null));
    const view = { ...this.about, matrix };
    const shown = [scoreMatrixView(view, `${this.id}-matrix`), scoreMatrixPicture(view, `${this.id}-picture`)];
    for (const one of shown) {
      const { id } = one;
      if (this.there && id !== undefined) this.stage.screen.update({ ...one, id });
      else this.stage.screen.display(one);
    }
    this.there = true;
  }

  forgotten(forgotten: readonly TaskForgetting[], tries: string | null): void {
    if (forgotten.length === 0) return;
    const { name, stages, not } = this.about;
    const named = forgotten.map((one) => ({ ...one, after: stages[one.after] ?? "" }));
    const id = `${this.id}-forgotten`;
    const shown = { ...forgottenExamplesView({ name, dataSets: named, tries, not }, id), id };
    if (this.isReported) this.stage.screen.update(shown);
    else this.stage.screen.display(shown);
    this.isReported = true;
  }
}

/** Returns the tasks as the matrix shows them, each with the best score of a constant prediction. */
export function scoreMatrixTasks(tasks: readonly LearnableTask[], measured: TaskMetric): ModelUpdateReport["tasks"] {
  return describeTasks(tasks).map((task, j) => {
    const learntTask = mustExist(tasks[j], "a task");
    return { ...task, learnt: learntTask.learnt, constant: bestConstantAccuracy(learntTask, measured) };
  });
}
