/** Rows of a split as they are made for the model of a plan, beside which a contender stands; and what always saying the commonest label is worth on them. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { readerOf } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import { encodeSplit } from "../data/encoding/encoded.js";
import { encodingOf } from "../data/encoding/encoding.js";
import { worldIn } from "../inference/measuring/measure-metric.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { evaluateContender, type Beside } from "./baseline.js";

export interface Standpoint {
  readonly plan: Plan;
  readonly split: string;
  /** Of the model, in what is told. */
  readonly name: string;
}

export async function besidePlan(
  session: OpenSession,
  { plan, split, name }: Standpoint,
  stage: Stage,
): Promise<Beside> {
  const { model, data } = plan.recipe;
  const { base, tokenizer } = await session.weights.parts(plan, stage.hostContext);
  const prepared = await session.datasets.data(data, readerOf(model), stage.hostContext);
  const encoding = await encodingOf(plan, base, tokenizer, prepared.labels, name);
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

/** By that metric; null: the task has no label that is the commonest, or the metric says nothing of it. */
export async function majorityScore(
  session: OpenSession,
  standpoint: Standpoint,
  metric: Call,
  stage: Stage,
): Promise<number | null> {
  const { model, data } = standpoint.plan.recipe;
  const { registry } = session.vocabulary;
  const has = registry.find("task", model.task.word)?.capabilities;
  const says = registry.find("contender", MAJORITY.word)?.capabilities;
  if (says?.refuses(MAJORITY, { task: model.task, has, roles: Object.keys(data.columns) })) return null;
  const beside = await besidePlan(session, standpoint, stage);
  const measured = await evaluateContender(
    session,
    { name: "baseline(majority)", beside, warn: () => undefined, contender: { call: MAJORITY, folder: data.folder } },
    { data, split: standpoint.split },
    {
      metrics: [metric],
      batch_size: 32,
      world: worldIn(stage.hostContext.folder),
      judging: { beside: null, signal: stage.signal, onProgress: stage.hostContext.onProgress },
    },
    stage,
  );
  const value = measured.measures[0]?.value ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}
