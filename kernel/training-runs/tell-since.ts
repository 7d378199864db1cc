/** After a training that began from a model trained here: what is left of what that one was evaluated on. */
import type { Span } from "#dsl/language/diagnostics/span.js";
import { relative } from "node:path";
import { closeToOthers } from "../fetch/private.js";
import { forgottenShown } from "../display/forgotten-examples.js";
import { sinceShown } from "../display/scores-since.js";
import { writeSince } from "../runs/since-before.js";
import { recipeHashOf } from "../runs/weights.js";
import { type ModelHandle } from "../models/model-handle.js";
import { describeIn, savedAs } from "../runs/history/run-description.js";
import { RunFolder } from "../runs/run-folder.js";
import {
  beganFrom,
  sinceBefore,
  type Asks,
  type Compared,
  type Since,
  type Trained,
} from "../evaluation/forgetting/scores-since.js";
import { sharesOnRecord, triedInstead } from "../evaluation/forgetting/next-attempt.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { warningsOn } from "../session/warnings.js";

/** Never fails what was trained: what goes wrong is the warning `since-untold`. An interrupt is one. */
export async function tellSince(
  session: OpenSession,
  { handle, span }: { readonly handle: ModelHandle; readonly span: Span },
  stage: Stage,
): Promise<void> {
  const { weights } = handle;
  if (!weights?.complete) return;
  try {
    await compare(session, Object.assign(handle, { weights }), stage);
  } catch (error) {
    stage.signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    warningsOn(stage, span)("since-untold", { model: handle.name, why });
  }
}

export const asksOf = (session: OpenSession): Asks => ({
  datasets: session.datasets,
  weights: session.weights,
  runs: session.runs,
  registry: session.vocabulary.registry,
  unnamed: (plan, title) => session.models.unnamed(plan, title),
});

async function compare(session: OpenSession, now: Trained, stage: Stage): Promise<void> {
  const before = await beganFrom(asksOf(session), now, stage.hostContext);
  if (!before) return;
  const compared = await sinceBefore(asksOf(session), now, before, stage);
  if (compared.since.length === 0 && compared.not.length === 0) return;
  const tries = triesAfter(session, now, before, compared, stage);
  const { since, not } = compared;
  const { name } = now;
  const on = since.map((one) => ({ ...one, on: named(one), recorded: otherwise(one) }));
  stage.screen.display(sinceShown({ name, start: before.name, on, not, tries }));
  const of = since.flatMap(({ forgotten }) =>
    forgotten && forgotten.lost.length > 0 ? [{ ...forgotten, after: before.name }] : [],
  );
  if (of.length > 0)
    stage.screen.display(forgottenShown({ name, of, tries: null }, `forgotten-${name}-${Date.now().toString(36)}`));
  if (since.length === 0) return;
  const { folder } = now.weights;
  const told = since.map(({ forgotten, of: rows, recorded, ...one }) => one);
  const startHash = recipeHashOf(before.weights);
  writeSince(folder, { start: before.name, startHash, replayed: null, on: told });
  await describeAgain(session, now, stage);
}

/** The card of the run, which says what was kept. */
export async function describeAgain(session: OpenSession, model: Trained, { hostContext }: Stage): Promise<void> {
  const { plan, folder, data, events, checkpoint } = model.weights;
  const { open } = await session.weights.ready(model, hostContext);
  const { base } = await session.weights.parts(plan, hostContext, folder);
  const run = RunFolder.open(folder);
  const about = { plan, run, data, events, checkpoint, base: base.folder };
  await describeIn(open.adapter ? run.adapter : run.path, { ...about, saved: savedAs(open.adapter) });
  closeToOthers(run.path);
}

const named = ({ data, split }: Since): string => (split === null ? data : `${data}.${split}`);

/** What is on record, where all of its rows were asked and said something else. */
function otherwise({ recorded, before, rows, of }: Since): number | null {
  return recorded !== null && rows === of && Math.abs(recorded - before) > 5e-4 ? recorded : null;
}

function triesAfter(
  session: OpenSession,
  now: Trained,
  before: Trained,
  { since }: Compared,
  { hostContext }: Stage,
): string | null {
  const lost = since.filter((one) => one.lost);
  if (lost.length === 0) return null;
  const startHash = recipeHashOf(before.weights);
  const tried = sharesOnRecord(session.runs, startHash, lost, now.weights.folder);
  const { model, data } = now.weights.plan.recipe;
  const run = relative(hostContext.folder, before.weights.folder);
  const { name } = now;
  const of = { start: before.name, named: model.trained !== undefined, run, data: data.name, name };
  return triedInstead(of, Math.max(...lost.map(lostOf)), tried);
}

/** Of what was right before the share that is lost; of losses how much greater they became. From 0 to 1. */
export function lostOf({ before, now, better }: Pick<Since, "before" | "now" | "better">): number {
  if (better === "none") return 0;
  const lost =
    better === "greater" ? (before - now) / Math.max(1e-9, Math.abs(before)) : (now - before) / Math.max(1e-9, now);
  return Math.min(1, Math.max(0, lost));
}
