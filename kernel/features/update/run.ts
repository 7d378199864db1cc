/** `update`: runs the stages with live views, and shows the matrix of scores as it fills. */
import { planCardView } from "../../display/plans/plan-card.js";
import { forgottenExamplesView } from "../../display/forgotten-examples.js";
import { scoreMatrixPicture, scoreMatrixView, type UpdateReport } from "../../display/updates.js";
import { LiveTraining } from "../../session/live-training.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { learntDataOf } from "../../models/lineage.js";
import { trainedModel } from "../../models/trained-model.js";
import { lastHandle, runStages, type UpdateAction } from "./run-stages.js";
import { strategiesOf } from "./stages.js";
import { replayedShare, recordedSharesOf, suggestNextAttempt } from "../../evaluation/forgetting/next-attempt.js";
import { earlierTasksOf } from "./evaluated-before.js";
import type { TrainedModel } from "../../evaluation/forgetting/scores-since.js";
import { scoresSinceContextOf, rewriteRunCard } from "../../training-runs/tell-since.js";
import { writeBeforeAfterScores, type BeforeAfterScore } from "../../runs/since-before.js";
import { hasSignificantLoss } from "../../display/forgotten-examples.js";
import { readExemplars } from "../../runs/continual-state.js";
import { bestConstant } from "./best-constant.js";
import { retainedShareOf } from "./retained-rows.js";
import { warnOfUnusedStrategies } from "./unused-strategies.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { weightsRecipeHash } from "../../runs/weights.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TaskForgetting } from "../../evaluation/forgetting/forgotten-rows.js";
import {
  learnableTasks,
  taskMetricOf,
  taskReports,
  labelUnion,
  type LearnableTask,
  type TaskMetric as MeasuredBy,
} from "../../evaluation/forgetting/tasks.js";
import { must } from "#dsl/language/diagnostics/codes.js";
import { warnBeforeUpdate } from "./update-warnings.js";
import { forgetRows, mayKeep, textsToForget } from "./forget.js";
import { forgetView } from "../../display/forgetting.js";
import { trainNamedModel } from "../../training-runs/train-named.js";

export async function runUpdate(session: OpenSession, action: UpdateAction, context: ExecutionContext): Promise<void> {
  const { name, stages } = action;
  const id = `update-${name}-${Date.now().toString(36)}`;
  const warn = warnerAt(context, action.span);
  const start = await trainedModel(session.models.get(action.start));
  const forget = textsToForget(action.forget ?? []);
  if (forget.size > 0) context.screen.display(forgetView(await forgetRows(session.runs, forget)));
  const plans = stages.map(({ plan }) => plan);
  const first = must(plans[0], "a stage");
  const calls = first.recipe.update?.strategy ?? [];
  const strategies = await strategiesOf(calls);
  const was = start.weights.plan.recipe.update?.strategy;
  if (action.usual) warnOfUnusedStrategies(action.start, { was, is: calls }, session.vocabulary.registry, warn);
  for (const [i, plan] of plans.entries())
    context.screen.display({
      ...planCardView(plan, { id: `${id}-plan-${String(i)}`, folded: i > 0, from: action.start }),
      fixedText: true,
    });
  const earlier = learntDataOf(session.runs, start.weights.plan);
  const { tasks: learnt, stages: data } = await learnableTasks(
    session,
    { earlier, stages: plans },
    context,
    (gone, why) => warn("update-forgets", { start: action.start, why: `${gone.name}: ${why}` }),
  );
  const { tasks: evaluated, not } =
    action.forgetting === false
      ? { tasks: [], not: [] }
      : await earlierTasksOf(scoresSinceContextOf(session), start, learnt, context);
  const before = learnt.filter((one) => one.learnt === 0);
  const tasks = [...before, ...evaluated, ...learnt.filter((one) => one.learnt > 0)];
  for (const { plan, split } of tasks) if (split === null) warn("update-unscored", { data: plan.name });
  warnBeforeUpdate(
    {
      start: { name: action.start, labels: start.weights.labels },
      tasks,
      replay: strategies.replay,
      forget,
      learns: plans.flatMap(({ recipe }, i) => (data[i] ? [{ name: recipe.data.name, prepared: data[i] }] : [])),
    },
    warn,
  );
  const measured = taskMetricOf(session.vocabulary.registry, first);
  const board = new Board(context, id, {
    name,
    metric: measured.name,
    better: measured.better,
    totalStages: stages.length,
    isConstrained: strategies.holds,
    tasks: taskReports(tasks).map((task, j) => {
      const learntTask = must(tasks[j], "a task");
      return { ...task, learnt: learntTask.learnt, constant: bestConstant(learntTask, measured) };
    }),
    stages: [`${action.start} (before)`, ...plans.map(({ recipe }) => recipe.data.name)],
    not,
  });
  let shown = false;
  let latest = name;
  let changes: readonly BeforeAfterScore[] = [];
  const handles = await runStages(action, {
    weights: session.weights,
    runs: session.runs,
    stage: context,
    start,
    tasks,
    data,
    strategies,
    measured,
    warn,
    keeps: mayKeep(forget),
    define: (plan, called) => session.models.define(plan, called),
    labels: labelUnion(start.weights.labels, data),
    onScores: (row, scores) => {
      latest = stages[row - 1]?.name ?? latest;
      board.scored(row, scores);
    },
    onForgotten: (forgotten) => {
      changes = sinceOf(tasks, measured, forgotten);
      const run = session.models.get(latest).weights?.folder;
      board.forgotten(
        forgotten,
        triedAfter(session, { start, calls, changes, tasks, replay: strategies.replay, run }, forgotten),
      );
    },
    train: async ({ name: called, plan }, { resume, continues }) => {
      const title = `Stage of ${name}: ${action.start} on ${plan.recipe.data.name}`;
      const live = new LiveTraining(context.screen, `${id}-train`, title, plan, { again: shown });
      const shows = { live, onTrained: () => live.finish(), previewed: false, again: shown };
      shown = true;
      return trainNamedModel(session, { plan, name: called, resume, span: action.span, continues }, context, shows);
    },
  });
  const handle = session.models.define(lastHandle(handles).plan, name);
  await handle.weights?.settled;
  Object.assign(handle, { weights: lastHandle(handles).weights, seeds: null });
  if (changes.length === 0) return;
  const startHash = weightsRecipeHash(start.weights);
  const since = { start: action.start, startHash, replayed: replayedShare(calls), on: changes };
  await saveChanges(session, handle, since, context);
}

/** Saves the scores before and after the update in the run and in its model card. */
async function saveChanges(
  session: OpenSession,
  handle: ModelHandle,
  changes: Parameters<typeof writeBeforeAfterScores>[1],
  context: ExecutionContext,
): Promise<void> {
  if (!handle.weights) return;
  writeBeforeAfterScores(handle.weights.folder, changes);
  await rewriteRunCard(session, Object.assign(handle, { weights: handle.weights }), context);
}

/** Significant losses of what the start model knew, and a suggestion. */
function triedAfter(
  { runs }: Pick<OpenSession, "runs">,
  options: {
    readonly start: TrainedModel;
    readonly calls: readonly Call[];
    readonly changes: readonly BeforeAfterScore[];
    readonly tasks: readonly LearnableTask[];
    readonly replay: ReplayBuffer | null;
    readonly run: string | undefined;
  },
  forgotten: readonly TaskForgetting[],
): string | null {
  const lost = forgotten.filter(hasSignificantLoss);
  const worst = Math.max(
    0,
    ...lost.map(({ lost: rows, gained, right }) => (rows.length - gained) / Math.max(1, right)),
  );
  const since = options.changes.filter((one) => one.lost);
  // For data that were learned later, other runs have no results: they started from other weights.
  const known =
    since.length === lost.length
      ? recordedSharesOf(runs, weightsRecipeHash(options.start.weights), since, "")
      : undefined;
  if (lost.length === 0) return null;
  const retained = retainedShareOf(
    lost.flatMap(({ on }) => taskOf(options.tasks, on) ?? []),
    {
      replay: options.replay,
      before: readExemplars(options.start.weights.folder),
      rows: options.replay && options.run !== undefined ? readExemplars(options.run) : [],
    },
  );
  return suggestNextAttempt(options.calls, worst, known, retained);
}

/** Changes on the start model's tasks, as saved with the run. */
function sinceOf(
  tasks: readonly LearnableTask[],
  { name, better }: MeasuredBy,
  forgotten: readonly TaskForgetting[],
): readonly BeforeAfterScore[] {
  return forgotten.flatMap((one) => {
    const task = taskOf(tasks, one.on);
    if (!task || one.after !== 0 || one.rows === 0) return [];
    const before = one.right / one.rows;
    const { value, interval } = one.moved;
    return [
      {
        data: task.plan.name,
        split: task.split,
        dataHash: task.prepared.facts.hash,
        rows: one.rows,
        metric: name,
        better: better === 1 ? ("greater" as const) : ("less" as const),
        before,
        now: before + value,
        low: interval.low,
        high: interval.high,
        lost: hasSignificantLoss(one),
      },
    ];
  });
}

/** `on`: a name as in reports, such as `tickets.test`. */
function taskOf(tasks: readonly LearnableTask[], on: string): LearnableTask | undefined {
  const references = taskReports(tasks);
  return tasks.find(({ split }, i) => on === `${references[i]?.data ?? ""}.${split ?? ""}`);
}

/** The matrix of scores as it fills, and below it what was forgotten. */
class Board {
  private readonly rows: (readonly (number | null)[])[] = [];
  private there = false;
  private isReported = false;

  constructor(
    private readonly stage: ExecutionContext,
    private readonly id: string,
    private readonly about: Omit<UpdateReport, "matrix"> & { readonly not: readonly string[] },
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
