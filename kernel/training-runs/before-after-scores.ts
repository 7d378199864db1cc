/** After a training that started from a trained model: compares the scores on what that model was evaluated on. */
import type { Span } from "#dsl/language/diagnostics/span.js";
import { relative } from "node:path";
import { makePrivate } from "../fetch/private.js";
import { forgottenExamplesView } from "../display/forgotten-examples.js";
import { scoresSinceStartView } from "../display/scores-since.js";
import { writeBeforeAfterScores } from "../runs/before-after-scores.js";
import { weightsRecipeHash } from "../runs/weights.js";
import { type ModelHandle } from "../models/model-handle.js";
import { writeModelCardOfRun, savedFormatOf } from "../runs/history/run-description.js";
import { RunFolder } from "../runs/run-folder.js";
import {
  startingModelOf,
  compareWithStartingModel,
  type ScoresSinceStartContext,
  type ScoresSinceStart,
  type ScoreSinceStart,
  type TrainedModel,
} from "../evaluation/forgetting/scores-since.js";
import { recordedReplaySharesOf, suggestUpdate } from "../evaluation/forgetting/next-attempt.js";
import { type ExecutionContext, warnerAt } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

/** Never fails the training: an error becomes the warning `since-untold`. An interrupt is rethrown. */
export async function reportBeforeAfterScores(
  session: OpenSession,
  { handle, span }: { readonly handle: ModelHandle; readonly span: Span },
  context: ExecutionContext,
): Promise<void> {
  const { weights } = handle;
  if (!weights?.complete) return;
  try {
    await compare(session, Object.assign(handle, { weights }), context);
  } catch (error) {
    context.signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    warnerAt(context, span)("since-untold", { model: handle.name, why });
  }
}

export const beforeAfterScoresContextOf = (session: OpenSession): ScoresSinceStartContext => ({
  datasets: session.datasets,
  weights: session.weights,
  runs: session.runs,
  registry: session.vocabulary.registry,
  unnamed: (plan, title) => session.models.unnamed(plan, title),
});

async function compare(session: OpenSession, now: TrainedModel, context: ExecutionContext): Promise<void> {
  const before = await startingModelOf(beforeAfterScoresContextOf(session), now, context.hostContext);
  if (!before) return;
  const compared = await compareWithStartingModel(beforeAfterScoresContextOf(session), now, before, context);
  if (compared.since.length === 0 && compared.not.length === 0) return;
  const tries = triesAfter(session, now, before, compared, context);
  const { since, not } = compared;
  const { name } = now;
  const on = since.map((one) => ({ ...one, on: named(one), recorded: otherwise(one) }));
  context.screen.display(scoresSinceStartView({ name, start: before.name, on, not, tries }));
  const examples = since.flatMap(({ forgotten }) =>
    forgotten && forgotten.lost.length > 0 ? [{ ...forgotten, after: before.name }] : [],
  );
  if (examples.length > 0)
    context.screen.display(
      forgottenExamplesView({ name, dataSets: examples, tries: null }, `forgotten-${name}-${Date.now().toString(36)}`),
    );
  if (since.length === 0) return;
  const { folder } = now.weights;
  const entries = since.map(({ forgotten, totalRows: rows, recorded, ...one }) => one);
  const startHash = weightsRecipeHash(before.weights);
  writeBeforeAfterScores(folder, { start: before.name, startHash, replayed: null, on: entries });
  await rewriteRunCard(session, now, context);
}

/** Writes the run's card again with the scores that were kept. */
export async function rewriteRunCard(
  session: OpenSession,
  model: TrainedModel,
  { hostContext }: ExecutionContext,
): Promise<void> {
  const { plan, folder, data, events, checkpoint } = model.weights;
  const { open } = await session.weights.ready(model, hostContext);
  const { base } = await session.weights.parts(plan, hostContext, folder);
  const run = RunFolder.open(folder);
  const about = { plan, run, data, events, checkpoint, base: base.folder };
  await writeModelCardOfRun(open.folder.adapter ? run.adapter : run.path, {
    ...about,
    saved: savedFormatOf(open.folder.adapter),
  });
  makePrivate(run.path);
}

const named = ({ data, split }: ScoreSinceStart): string => (split === null ? data : `${data}.${split}`);

/** Returns the recorded score if all of its rows were evaluated again and gave another value; else null. */
function otherwise({ recorded, before, rows, totalRows }: ScoreSinceStart): number | null {
  return recorded !== null && rows === totalRows && Math.abs(recorded - before) > 5e-4 ? recorded : null;
}

function triesAfter(
  session: OpenSession,
  now: TrainedModel,
  before: TrainedModel,
  { since }: ScoresSinceStart,
  { hostContext }: ExecutionContext,
): string | null {
  const lost = since.filter((one) => one.lost);
  if (lost.length === 0) return null;
  const startHash = weightsRecipeHash(before.weights);
  const tried = recordedReplaySharesOf(session.runs, startHash, lost, now.weights.folder);
  const { model, data } = now.weights.plan.recipe;
  const run = relative(hostContext.folder, before.weights.folder);
  const { name } = now;
  const attempt = { start: before.name, named: model.trained !== undefined, run, data: data.name, name };
  return suggestUpdate(attempt, Math.max(...lost.map(lostScoreShare)), tried);
}

/** Returns the lost share of the former score; for losses, the relative increase. From 0 to 1. */
export function lostScoreShare({ before, now, better }: Pick<ScoreSinceStart, "before" | "now" | "better">): number {
  if (better === "none") return 0;
  const lost =
    better === "greater" ? (before - now) / Math.max(1e-9, Math.abs(before)) : (now - before) / Math.max(1e-9, now);
  return Math.min(1, Math.max(0, lost));
}
