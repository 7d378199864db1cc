/** `update`: the stages with their live pictures, and the matrix of scores as it fills. */
import { planShown } from "../../display/plans/plan-card.js";
import { forgottenShown } from "../../display/forgotten-examples.js";
import { matrixPicture, matrixShown, type UpdateShown } from "../../display/updates.js";
import { LiveTraining } from "../../session/live-training.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { dataLearnt } from "../../models/lineage.js";
import { trainedModel } from "../../models/trained-model.js";
import { last, runStages, type Update } from "./run-stages.js";
import { strategiesOf } from "./stages.js";
import { replayedShare, sharesOnRecord, triedNext } from "../../evaluation/forgetting/next-attempt.js";
import { evaluatedBefore } from "./evaluated-before.js";
import type { Trained } from "../../evaluation/forgetting/scores-since.js";
import { asksOf, describeAgain } from "../../training-runs/tell-since.js";
import { writeSince, type SinceOn } from "../../runs/since-before.js";
import { isLost } from "../../display/forgotten-examples.js";
import { readExemplars } from "../../runs/continual-state.js";
import { bestConstant } from "./best-constant.js";
import { keptOf } from "./retained-rows.js";
import { warnOfUnheld } from "./unused-strategies.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import { recipeHashOf } from "../../runs/weights.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ForgottenOf } from "../../evaluation/forgetting/forgotten-rows.js";
import {
  learnables,
  measuredBy,
  toldOf,
  unionOf,
  type Learnable,
  type Measured as MeasuredBy,
} from "../../evaluation/forgetting/tasks.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { watchOut } from "./update-warnings.js";
import { forgetRows, mayKeep, textsToForget } from "./forget.js";
import { forgetShown } from "../../display/forgetting.js";
import { warningsOn } from "../../session/warnings.js";
import { trainNamed } from "../../training-runs/train-named.js";

export async function runUpdate(session: OpenSession, action: Update, stage: Stage): Promise<void> {
  const { name, stages } = action;
  const id = `update-${name}-${Date.now().toString(36)}`;
  const warn = warningsOn(stage, action.span);
  const start = await trainedModel(session.models.get(action.start));
  const forget = textsToForget(action.forget ?? []);
  if (forget.size > 0) stage.screen.display(forgetShown(await forgetRows(session.runs, forget)));
  const plans = stages.map(({ plan }) => plan);
  const first = must(plans[0], "a stage");
  const calls = first.recipe.update?.strategy ?? [];
  const strategies = await strategiesOf(calls);
  const { registry } = session.vocabulary;
  const was = start.weights.plan.recipe.update?.strategy;
  if (action.usual) warnOfUnheld(action.start, { was, is: calls }, registry, warn);
  for (const [i, plan] of plans.entries())
    stage.screen.display({
      ...planShown(plan, { id: `${id}-plan-${String(i)}`, folded: i > 0, from: action.start }),
      fixedText: true,
    });
  const earlier = dataLearnt(session.runs, start.weights.plan);
  const { tasks: learnt, stages: data } = await learnables(session, { earlier, stages: plans }, stage, (gone, why) =>
    warn("update-forgets", { start: action.start, why: `${gone.name}: ${why}` }),
  );
  const { tasks: evaluated, not } =
    action.forgetting === false ? { tasks: [], not: [] } : await evaluatedBefore(asksOf(session), start, learnt, stage);
  const before = learnt.filter((one) => one.learnt === 0);
  const tasks = [...before, ...evaluated, ...learnt.filter((one) => one.learnt > 0)];
  for (const { plan, split } of tasks) if (split === null) warn("update-unscored", { data: plan.name });
  watchOut(
    {
      start: { name: action.start, labels: start.weights.labels },
      tasks,
      replay: strategies.replay,
      forget,
      learns: plans.flatMap(({ recipe }, i) => (data[i] ? [{ name: recipe.data.name, prepared: data[i] }] : [])),
    },
    warn,
  );
  const measured = measuredBy(registry, first);
  const board = new Board(stage, id, {
    name,
    metric: measured.name,
    better: measured.better,
    of: stages.length,
    held: strategies.holds,
    tasks: toldOf(tasks).map((task, j) => {
      const own = must(tasks[j], "a task");
      return { ...task, learnt: own.learnt, constant: bestConstant(own, measured) };
    }),
    stages: [`${action.start} (before)`, ...plans.map(({ recipe }) => recipe.data.name)],
    not,
  });
  let shown = false;
  let latest = name;
  let told: readonly SinceOn[] = [];
  const handles = await runStages(action, {
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
    define: (plan, called) => session.models.define(plan, called),
    labels: unionOf(start.weights.labels, data),
    onScores: (row, scores) => {
      latest = stages[row - 1]?.name ?? latest;
      board.scored(row, scores);
    },
    onForgotten: (of) => {
      told = sinceOf(tasks, measured, of);
      const run = session.models.get(latest).weights?.folder;
      board.forgotten(of, triedAfter(session, { start, calls, told, tasks, replay: strategies.replay, run }, of));
    },
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
  if (!handle.weights || told.length === 0) return;
  const since = {
    start: action.start,
    startHash: recipeHashOf(start.weights),
    replayed: replayedShare(calls),
    on: told,
  };
  writeSince(handle.weights.folder, since);
  await describeAgain(session, Object.assign(handle, { weights: handle.weights }), stage);
}

/** What is lost beyond chance of what the model knew at the beginning, and what to try. */
function triedAfter(
  { runs }: Pick<OpenSession, "runs">,
  o: {
    readonly start: Trained;
    readonly calls: readonly Call[];
    readonly told: readonly SinceOn[];
    readonly tasks: readonly Learnable[];
    readonly replay: ReplayBuffer | null;
    /** The run of the latest stage. */
    readonly run: string | undefined;
  },
  of: readonly ForgottenOf[],
): string | null {
  const lost = of.filter(isLost);
  const worst = Math.max(
    0,
    ...lost.map(({ lost: rows, gained, right }) => (rows.length - gained) / Math.max(1, right)),
  );
  const since = o.told.filter((one) => one.lost);
  // Of data that came later nothing is known by others: they began with other weights.
  const known =
    since.length === lost.length ? sharesOnRecord(runs, recipeHashOf(o.start.weights), since, "") : undefined;
  if (lost.length === 0) return null;
  const kept = keptOf(
    lost.flatMap(({ on }) => taskOf(o.tasks, on) ?? []),
    {
      replay: o.replay,
      before: readExemplars(o.start.weights.folder),
      rows: o.replay && o.run !== undefined ? readExemplars(o.run) : [],
    },
  );
  return triedNext(o.calls, worst, known, kept);
}

/** What became of what the start knew, as it is kept with the run. */
function sinceOf(
  tasks: readonly Learnable[],
  { name, better }: MeasuredBy,
  of: readonly ForgottenOf[],
): readonly SinceOn[] {
  return of.flatMap((one) => {
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
        lost: isLost(one),
      },
    ];
  });
}

/** `on`: as it is told, `tickets.test`. */
function taskOf(tasks: readonly Learnable[], on: string): Learnable | undefined {
  const told = toldOf(tasks);
  return tasks.find(({ split }, i) => on === `${told[i]?.data ?? ""}.${split ?? ""}`);
}

/** The matrix of scores as it fills, and beneath it what was forgotten. */
class Board {
  private readonly rows: (readonly (number | null)[])[] = [];
  private there = false;
  private told = false;

  constructor(
    private readonly stage: Stage,
    private readonly id: string,
    private readonly about: Omit<UpdateShown, "matrix"> & { readonly not: readonly string[] },
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
    const { name, stages, not } = this.about;
    const named = of.map((one) => ({ ...one, after: stages[one.after] ?? "" }));
    const id = `${this.id}-forgotten`;
    const shown = { ...forgottenShown({ name, of: named, tries, not }, id), id };
    if (this.told) this.stage.screen.update(shown);
    else this.stage.screen.display(shown);
    this.told = true;
  }
}
