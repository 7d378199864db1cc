/**
 * Encodes a split's rows for the model of a plan, as context of its baselines, and scores the majority-label baseline
 * on them.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf, type Call } from "#dsl/language/types/value.js";
import { encodeSplit, rowEncodingOptionsOf } from "../data/encoding/encoded.js";
import { metricFilesIn } from "../inference/measuring/measure-metric.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { evaluateBaseline } from "./baseline.js";
import type { BaselineContext } from "./baseline-predictions.js";

export interface PlanSplit {
  readonly plan: Plan;
  readonly split: string;
  /** Name of the model in messages. */
  readonly name: string;
}

export async function baselineContextOf(
  session: OpenSession,
  { plan, split, name }: PlanSplit,
  context: ExecutionContext,
): Promise<BaselineContext> {
  const { model, data } = plan.recipe;
  const { base, tokenizer } = await session.weights.parts(plan, context.hostContext);
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, prepared.labels, name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const handle = session.models.unnamed(model, name);
  return {
    prepared,
    split,
    encoding,
    rows,
    by: { is: "model", handle, learnt: null },
    evaluation: { on: `${data.name}.${split}` },
  };
}

const MAJORITY: Call = { word: "baseline", kind: "contender", arguments: { of: "majority" } };

/**
 * The majority baseline's score by that metric; null if the task has no majority label or the metric gives no value.
 */
export async function majorityScore(
  session: OpenSession,
  standpoint: PlanSplit,
  metric: Call,
  context: ExecutionContext,
): Promise<number | null> {
  const { model, data } = standpoint.plan.recipe;
  const { registry } = session.vocabulary;
  const has = registry.find("task", model.task.word)?.capabilities;
  const says = registry.find("contender", MAJORITY.word)?.capabilities;
  if (says?.refusal(MAJORITY, { task: model.task, taskCapabilities: has, roles: Object.keys(data.columns) }))
    return null;
  const beside = await baselineContextOf(session, standpoint, context);
  const measured = await evaluateBaseline(
    session,
    { name: "baseline(majority)", beside, warn: () => undefined, contender: { call: MAJORITY, folder: data.folder } },
    { data, split: standpoint.split },
    {
      metrics: [metric],
      batch_size: 32,
      world: metricFilesIn(context.hostContext.folder),
      judging: { beside: null, signal: context.signal, onProgress: context.hostContext.onProgress },
    },
    context,
  );
  const value = measured.measures[0]?.value ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}
