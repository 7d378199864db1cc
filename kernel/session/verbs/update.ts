/** `update`: the stages with their live pictures, and the matrix of scores as it fills. */
import { planShown } from "../../core/display/plans/plan-card.js";
import { forgottenShown } from "../../core/display/forgotten.js";
import { matrixPicture, matrixShown, type UpdateShown } from "../../core/display/updates.js";
import { LiveTraining } from "../trainings/live.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { dataLearnt } from "../updates/lineage.js";
import { last, runStages, startOf, type Update } from "../updates/run-stages.js";
import { strategiesOf } from "../updates/stages.js";
import { triedNext } from "../updates/tried-next.js";
import type { ForgottenOf } from "../updates/what-was-forgotten.js";
import { learnables, measuredBy, toldOf, unionOf } from "../updates/tasks.js";
import { must } from "#dsl/diagnostics/must.js";
import { watchOut } from "../updates/watch-out.js";
import { forgetRows, mayKeep, textsToForget } from "../updates/forget.js";
import { forgetShown } from "../../core/display/forget.js";
import { warningsOn } from "../warnings.js";
import { trainNamed } from "./train-named.js";
import "../updates/codes.js";

export async function runUpdate(session: TuneSession, action: Update, stage: Stage): Promise<void> {
  const { name, stages } = action;
  const id = `update-${name}-${Date.now().toString(36)}`;
  const warn = warningsOn(stage, action.span);
  const start = await startOf(session.models.get(action.start));
  const forget = textsToForget(action.forget ?? []);
  if (forget.size > 0) stage.screen.display(forgetShown(forgetRows(session.runs, forget)));
  const plans = stages.map(({ plan }) => plan);
  const first = must(plans[0], "a stage");
  const calls = first.recipe.update?.strategy ?? [];
  const strategies = await strategiesOf(calls);
  for (const [i, plan] of plans.entries())
    stage.screen.display({
      ...planShown(plan, { id: `${id}-plan-${String(i)}`, folded: i > 0, from: action.start }),
      fixedText: true,
    });
  const earlier = dataLearnt(session.runs, start.weights.plan);
  const { tasks, stages: data } = await learnables(session, { earlier, stages: plans }, stage, (gone, why) =>
    warn("update-forgets", { start: action.start, why: `${gone.name}: ${why}` }),
  );
  for (const { plan, split } of tasks) if (split === null) warn("update-unscored", { data: plan.name });
  watchOut(
    {
      ...{ start: { name: action.start, labels: start.weights.labels }, tasks, memory: strategies.memory, forget },
      learns: plans.flatMap(({ recipe }, i) => (data[i] ? [{ name: recipe.data.name, prepared: data[i] }] : [])),
    },
    warn,
  );
  const measured = measuredBy(session.vocabulary.registry, first);
  const board = new Board(stage, id, {
    ...{ name, metric: measured.name, better: measured.better, of: stages.length },
    tasks: toldOf(tasks).map((task, j) => ({ ...task, learnt: tasks[j]?.learnt ?? 0 })),
    stages: [`${action.start} (before)`, ...plans.map(({ recipe }) => recipe.data.name)],
  });
  let shown = false;
  const handles = await runStages(action, {
    ...{
      weights: session.weights,
      runs: session.runs,
      stage,
      start,
      tasks,
      data,
      strategies,
      measured,
      warn,
      keeps: mayKeep(forget),
    },
    define: (plan, called) => session.models.define(plan, called),
    labels: unionOf(start.weights.labels, data),
    onScores: (row, scores) => board.scored(row, scores),
    onForgotten: (of) => board.forgotten(of, triedNext(calls)),
    train: async ({ name: called, plan }, { resume, continues }) => {
      const title = `Stage of ${name}: ${action.start} on ${plan.recipe.data.name}`;
      const live = new LiveTraining(stage.screen, `${id}-train`, title, plan, { again: shown });
      const shows = { live, onTrained: () => live.finish(), previewed: false, again: shown };
      shown = true;
      return trainNamed(session, { plan, name: called, resume, span: action.span, continues }, stage, shows);
    },
  });
  const handle = session.models.define(last(handles).plan, name);
  await handle.weights?.settled;
  handle.weights = last(handles).weights;
  handle.seeds = null;
}

/** The matrix of scores as it fills, and beneath it what was forgotten. */
class Board {
  private readonly rows: (readonly (number | null)[])[] = [];
  private there = false;
  private told = false;

  constructor(
    private readonly stage: Stage,
    private readonly id: string,
    private readonly about: Omit<UpdateShown, "matrix">,
  ) {}

  scored(row: number, scores: readonly (number | null)[]): void {
    this.rows[row] = scores;
    const matrix = Array.from(this.rows, (one) => one ?? this.about.tasks.map(() => null));
    const of = { ...this.about, matrix };
    const shown = [matrixShown(of, `${this.id}-matrix`), matrixPicture(of, `${this.id}-picture`)];
    for (const one of shown) {
      const { id } = one;
      if (this.there && id !== undefined) this.stage.screen.update({ ...one, id });
      else this.stage.screen.display(one);
    }
    this.there = true;
  }

  forgotten(of: readonly ForgottenOf[], tries: string | null): void {
    if (of.length === 0) return;
    const { name, stages } = this.about;
    const named = of.map((one) => ({ ...one, after: stages[one.after] ?? "" }));
    const id = `${this.id}-forgotten`;
    const shown = { ...forgottenShown({ name, of: named, tries }, id), id };
    if (this.told) this.stage.screen.update(shown);
    else this.stage.screen.display(shown);
    this.told = true;
  }
}
