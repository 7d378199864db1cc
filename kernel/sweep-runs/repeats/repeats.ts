/**
 * `train … { repeats: 5 }`: trains the recipe with one seed after another, in one figure, and then summarizes the
 * scores over the seeds. The name is bound to the best by validation. The table of runs groups them like trials of a
 * sweep: the journal records each run's seed and score. `resume: true` trains only the missing seeds.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { rankingDirectionOf, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { seedsView } from "../../display/scores/seeds.js";
import { basename } from "node:path";
import { findFinishedRun } from "../../runs/history/runs-by-recipe.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { Journal } from "../journal/journal.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { reportOverOrUnderfitting } from "../../training-runs/outcome-report.js";
import { validationScoresOf, trainGroupMembers, type GroupMemberTraining, type TrainAction } from "./train-each.js";

type Repeated = TrainAction & { readonly repeats: NonNullable<TrainAction["repeats"]> };

export async function trainRepeats(
  session: OpenSession,
  { repeats, ...action }: Repeated,
  context: ExecutionContext,
  { id, onTrained }: { readonly id: string; readonly onTrained: () => void },
): Promise<void> {
  const { name, plan } = action;
  const watched = watchedMetric(session.vocabulary.registry, plan.recipe.training);
  const metric = metricName(watched, session.vocabulary.registry);
  const greater = rankingDirectionOf(session.vocabulary.registry, watched, "keep") === "greater";
  const goal = { metric, direction: greater ? ("maximize" as const) : ("minimize" as const) };
  const journal = Journal.open(session.runs, name, hashFor(session, { ...action, repeats }), {
    vary: {},
    goals: [goal],
  });
  const each = trainingsOfSeeds(repeats).map((one, i): GroupMemberTraining => ({
    ...one,
    trial: { sweep: name, journal: journal.name, number: i + 1, goal, seeds: true },
  }));
  const note = (handle: ModelHandle, one: GroupMemberTraining): void => {
    const { weights } = handle;
    const { number } = one.trial ?? { number: 0 };
    if (!weights || journal.trials.some((trial) => trial.number === number)) return;
    const score = validationScoresOf(handle)[metric] ?? Number.NaN;
    journal.add({
      number,
      values: { seed: String(one.plan.recipe.training.seed) },
      point: {},
      state: "done",
      error: null,
      score: Number.isFinite(score) ? score : null,
      seconds: secondsOf(handle),
      run: weights.folder,
    });
  };
  const handles = await trainGroupMembers(session, action, each, context, id, note);
  onTrained();
  const scored = handles.map((handle) => ({ handle, metrics: validationScoresOf(handle) }));
  const best = bestOf(scored, metric, greater);
  const handle = session.models.define(plan.recipe.model, name);
  await handle.weights?.settled;
  if (!best.weights) throw new CodedError("not-trained", { model: best.name });
  handle.weights = { ...best.weights, recipeHash: repeats.recipeHash };
  handle.seeds = handles;
  const { weights } = best;
  context.screen.display(
    seedsView(
      scored.map(({ handle: one, metrics }, i) => ({
        model: one.name,
        metrics,
        run: basename(one.weights?.folder ?? ""),
        seed: repeats.each[i]?.plan.recipe.training.seed ?? 0,
      })),
      { name, best: best.name, metric },
    ),
  );
  reportOverOrUnderfitting(weights, context, best.name);
}

/** Returns the trainings in the order of display. */
export function trainingsOfSeeds({ each }: Pick<Repeated["repeats"], "each">): readonly GroupMemberTraining[] {
  return each.map((one, i) => {
    const { training, model, data } = one.plan.recipe;
    const which = `Seed ${String(training.seed)}, ${String(i + 1)} of ${String(each.length)}`;
    return { ...one, title: `${which}: ${model.name} on ${data.name}` };
  });
}

/** Returns the best by the watched metric; the first one if nothing was measured. */
function bestOf(
  scored: readonly { readonly handle: ModelHandle; readonly metrics: Readonly<Record<string, number>> }[],
  metric: string,
  greater: boolean,
): ModelHandle {
  const worth = (metrics: Readonly<Record<string, number>>): number => {
    const value = metrics[metric] ?? Number.NaN;
    return Number.isNaN(value) ? -Infinity : greater ? value : -value;
  };
  return scored.reduce((a, b) => (worth(b.metrics) > worth(a.metrics) ? b : a)).handle;
}

/** Each new start has its own journal; a resumed one keeps its journal. */
function hashFor(session: OpenSession, { name, resume, repeats }: Repeated): string {
  const before = resume
    ? repeats.each.flatMap(({ name: one, plan }) => {
        const run = findFinishedRun(session.runs, one, plan.recipeHash);
        const trial = run?.lock()?.trial;
        return trial?.sweep === name && trial.journal.startsWith(`${name}-`) ? [trial.journal] : [];
      })[0]
    : undefined;
  if (before !== undefined && /^[0-9a-f]{12}$/.test(before.slice(name.length + 1)))
    return before.slice(name.length + 1);
  return hashOf({ repeats: repeats.recipeHash, at: new Date().toISOString() });
}

function secondsOf({ weights }: ModelHandle): number {
  return (weights?.events ?? []).reduce((sum, event) => (event.kind === "stopped" ? sum + event.seconds : sum), 0);
}
