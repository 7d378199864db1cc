/** `update`: runs the stages with live views, and shows the matrix of scores as it fills. */
import { planCardView } from "../../display/plans/plan-card.js";
import { LiveTraining } from "../../session/live-training.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { learntDataOf } from "../../models/lineage.js";
import { awaitTrainedModel } from "../../models/trained-model.js";
import { lastModelHandle, runStages, type UpdateAction } from "./run-stages.js";
import { loadUpdateStrategies, type UpdateContext } from "./update-context.js";
import { earlierTasksOf } from "./previous-evaluations.js";
import { beforeAfterScoresContextOf } from "../../training-runs/before-after-scores.js";
import type { BeforeAfterScore } from "../../runs/before-after-scores.js";
import { warnOfUnusedStrategies } from "./unused-strategies.js";
import { learnableTasks, taskMetricOf, labelUnion } from "../../evaluation/forgetting/tasks.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { warnBeforeUpdate } from "./update-warnings.js";
import { deleteReplayTexts, exemplarFilterExcluding, textsToForget, withReplayDeletionBlocked } from "./forget.js";
import { deletedTextsView } from "../../display/forgetting.js";
import { trainNamedModel } from "../../training-runs/train-named.js";
import { LiveScoreMatrix, scoreMatrixTasks } from "./score-board.js";
import { saveBeforeAfterScores, suggestionAfterUpdate, scoreChangesOf } from "./before-after.js";

export async function runUpdate(session: OpenSession, action: UpdateAction, context: ExecutionContext): Promise<void> {
  const start = await awaitTrainedModel(session.models.get(action.start));
  const forget = textsToForget(action.forget ?? []);
  if (forget.size > 0) context.screen.display(deletedTextsView(await deleteReplayTexts(session.runs, forget)));
  await withReplayDeletionBlocked(session.runs, () => showAndTrain(session, action, { context, start, forget }));
}

interface ShownUpdate {
  readonly context: ExecutionContext;
  readonly start: UpdateContext["start"];
  readonly forget: ReadonlySet<string>;
}

async function showAndTrain(
  session: OpenSession,
  action: UpdateAction,
  { context, start, forget }: ShownUpdate,
): Promise<void> {
  const { name, stages } = action;
  const id = `update-${name}-${Date.now().toString(36)}`;
  const warn = warnerAt(context, action.span);
  const plans = stages.map(({ plan }) => plan);
  const first = mustExist(plans[0], "a stage");
  const calls = first.recipe.update?.strategy ?? [];
  const strategies = await loadUpdateStrategies(calls);
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
      : await earlierTasksOf(beforeAfterScoresContextOf(session), start, learnt, context);
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
  const board = new LiveScoreMatrix(context, id, {
    name,
    metric: measured.name,
    better: measured.better,
    totalStages: stages.length,
    isConstrained: strategies.holds,
    tasks: scoreMatrixTasks(tasks, measured),
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
    keeps: exemplarFilterExcluding(forget),
    define: (plan, called) => session.models.define(plan, called),
    labels: labelUnion(start.weights.labels, data),
    onScores: (row, scores) => {
      latest = stages[row - 1]?.name ?? latest;
      board.scored(row, scores);
    },
    onForgotten: (forgotten) => {
      changes = scoreChangesOf(tasks, measured, forgotten);
      const run = session.models.get(latest).weights?.folder;
      board.forgotten(
        forgotten,
        suggestionAfterUpdate(session, { start, calls, changes, tasks, replay: strategies.replay, run }, forgotten),
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
  const handle = session.models.define(lastModelHandle(handles).plan, name);
  await handle.weights?.settled;
  Object.assign(handle, { weights: lastModelHandle(handles).weights, seeds: null });
  if (changes.length === 0) return;
  await saveBeforeAfterScores(session, handle, { start, name: action.start, calls, on: changes }, context);
}
