/** The models and baselines of an evaluation, measured on one split, and whether they were trained on its rows. */
import type { Action, ActionSubject } from "#dsl/compiler/plan/action.js";
import { type CodeData, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { JudgeMeasureOptions } from "../../inference/measuring/judge-measure.js";
import { metricFilesIn } from "../../inference/measuring/measure-metric.js";
import { overlapWithTrainingRows } from "../../inference/measuring/learnt-overlap.js";
import type { ModelHandle } from "../../models/model-handle.js";
import { clientsWithHeads } from "../../runs/client-heads.js";
import { type ExecutionContext, warnerAt, type Warn } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { demandAttackable } from "../../evaluation/attacks.js";
import { evaluateBaseline } from "../../evaluation/baseline.js";
import { evaluateFolds } from "../../evaluation/folds.js";
import { evaluateModel, type MeasuredModel } from "../../evaluation/evaluate-once.js";
import { measuresLatency, timeModelsOnSplit } from "../../evaluation/latency.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

/** Checks, before anything is measured, that every named model can be attacked. */
export function demandAllAttackable(
  session: OpenSession,
  { on, names, attacks = [], contenders, folds }: Evaluate,
): void {
  for (const subject of on)
    for (const name of names)
      if (attacks.length > 0 && !contenders?.[name] && "data" in subject)
        demandAttackable(session, attacks, { name, split: subject.split, folds: folds?.[name] !== undefined });
}

/** Every named model and baseline, each followed by the variant with its own head, if any. */
export async function measureNamedModels(
  session: OpenSession,
  action: Evaluate,
  subject: Evaluate["on"][number],
  context: ExecutionContext,
): Promise<readonly MeasuredModel[]> {
  const measured: MeasuredModel[] = [];
  const times = await timesBeside(session, subject, action, context);
  for (const name of action.names) {
    const one = { name, beside: measured[0], times: times.get(name) };
    measured.push(await measuredNamed(session, one, subject, action, context));
    const personalHead = ownHead(session, name, subject);
    if (personalHead)
      measured.push(
        await evaluateModel(session, personalHead, subject, measurementSettingsOf(action, context), context),
      );
  }
  return measured;
}

/** A model, or one for each fold, or a baseline of the first of them. */
function measuredNamed(
  session: OpenSession,
  {
    name,
    beside,
    times,
  }: { readonly name: string; readonly beside: MeasuredModel | undefined; readonly times: Float64Array | undefined },
  subject: ActionSubject,
  action: Evaluate,
  context: ExecutionContext,
): Promise<MeasuredModel> {
  const { signal, hostContext } = context;
  const judging: JudgeMeasureOptions = {
    signal,
    onProgress: hostContext.onProgress,
    beside: beside ? (beside.texts?.written ?? null) : action.names.length > 1 ? "itself" : null,
  };
  const how = { ...measurementSettingsOf(action, context), judging };
  const contender = action.contenders?.[name];
  if (contender) {
    const warn = warnerAt(context, action.span);
    const standing = { name, contender, warn, beside: mustExist(beside, "the other model") };
    return evaluateBaseline(session, standing, subject, how, context);
  }
  const heldOutFolds = action.folds?.[name];
  if (heldOutFolds) return evaluateFolds(session, name, heldOutFolds, subject, how, context);
  return evaluateModel(session, session.models.get(name), subject, { ...how, times }, context);
}

/** If several models are timed, they take turns. */
async function timesBeside(
  session: OpenSession,
  subject: ActionSubject,
  action: Evaluate,
  context: ExecutionContext,
): Promise<ReadonlyMap<string, Float64Array>> {
  const names = action.names.filter((name) => !action.contenders?.[name] && !action.folds?.[name]);
  if (names.length < 2 || !("data" in subject) || !measuresLatency(session, action)) return new Map();
  const handles = names.map((name) => session.models.get(name));
  return timeModelsOnSplit(session, handles, subject, action, context);
}

/** Settings of each measurement of the statement. */
export const measurementSettingsOf = (action: Evaluate, { hostContext }: ExecutionContext) => ({
  ...action,
  groups: true,
  world: metricFilesIn(hostContext.folder),
});

/** On data of a client with a personal head: the model with that head. Null if there is none. */
function ownHead(session: OpenSession, name: string, subject: ActionSubject): ModelHandle | null {
  if (!("data" in subject)) return null;
  const handle = session.models.trained()[name] === undefined ? null : session.models.get(name);
  const run = handle?.weights?.folder;
  return handle && run !== undefined && clientsWithHeads(run).includes(subject.data.name)
    ? handle.client(subject.data.name)
    : null;
}

export interface TrainingOverlap {
  readonly warning?: CodeData["scored-learnt-rows"];
  readonly mostly?: boolean;
}

/** A warning about rows that the model was trained on. */
export async function trainingOverlapOf(
  { by, prepared, split, evaluation, folds }: MeasuredModel,
  signal?: AbortSignal,
): Promise<TrainingOverlap> {
  if (by.is === "contender") return { mostly: by.learns && split === "train" };
  const { handle, learnt } = by;
  if (folds) return {};
  const seen = await overlapWithTrainingRows({ prepared, split }, { weights: handle.weights, learnt }, signal);
  if (!seen) return {};
  return { warning: { ...seen, model: handle.name, on: evaluation.on }, mostly: 2 * seen.seen >= seen.of };
}
/** The warning comes before the scores, because it puts them in doubt. */
export function warnOfTrainingOverlap(overlaps: readonly TrainingOverlap[], warn: Warn): void {
  for (const { warning } of overlaps) if (warning) warn("scored-learnt-rows", warning);
}
