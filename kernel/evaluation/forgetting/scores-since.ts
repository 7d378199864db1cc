/** A model and the one that it began from, both asked about the rows that the earlier one was evaluated on. */
import { basename, dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { readerOf, type DataPlan, type ModelPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { usualMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { SinceOn } from "../../runs/since-before.js";
import type { Prepared } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { does } from "../../host/load-implementation.js";
import { forgottenOf } from "../../continual/forgotten-answers.js";
import { encodeSplit, type Encoded } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import { difference, drawAll, type Measure } from "../../inference/measuring/comparison.js";
import { measureOf, readsTexts } from "../../inference/measuring/measure-metric.js";
import { begunFrom } from "../../inference/measuring/learnt-overlap.js";
import { asked, scoredOf } from "../../inference/score-split.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import { loadedWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { Weights } from "../../runs/weights.js";
import type { WeightRoom } from "../../session/model-cache.js";
import { fewRows } from "./few-rows.js";
import { evaluationsOf, type OnRecord } from "./on-record.js";
import type { Working } from "./tasks.js";
import type { ForgottenOf } from "./forgotten-rows.js";

/** Rows of an evaluation that are asked, and evaluations. */
export const MOST_ROWS = 2000;
export const MOST_EVALUATIONS = 12;

export interface Asks {
  readonly datasets: DatasetCache;
  readonly weights: WeightRoom;
  /** A handle that no name leads to. */
  readonly unnamed: (plan: ModelPlan, title: string) => ModelHandle;
  readonly registry: Registry;
  /** The folder of runs. */
  readonly runs: string;
}
export type Trained = ModelHandle & { readonly weights: Weights };

export interface Since extends SinceOn {
  /** Rows of the evaluation on record, and what it said there of this metric; null: nothing. */
  readonly of: number;
  readonly recorded: number | null;
  /** Null: answers are no single labels. */
  readonly forgotten: ForgottenOf | null;
}
export interface Compared {
  readonly since: readonly Since[];
  /** What wasn't compared, and why. */
  readonly not: readonly string[];
}

/** The training here whose weights a model began from; null: it began from nobody's, or its run is gone. */
export async function beganFrom(o: Asks, { weights }: Trained, s: HostContext): Promise<Trained | null> {
  const { model } = weights.plan.recipe;
  // What was made smaller is shown beside the original where it is made.
  if (model.scratch || model.trained?.made) return null;
  const { base } = await o.weights.parts(weights.plan, s);
  for (const { rows } of begunFrom(model, base, s.folder)) {
    const id = rows[0]?.run ?? "";
    const folder = [dirname(base.folder), join(o.runs, id)].find(
      (one) => basename(one) === id && existsSync(join(one, "lock.json")),
    );
    if (id === "" || folder === undefined) continue;
    const before = loadedWeights(folder);
    const name = model.trained ? model.base : before.plan.effects.run;
    return Object.assign(o.unnamed(before.plan.recipe.model, name), { weights: before });
  }
  return null;
}

/** Coded errors of what is asked; what can't be compared is told and passed over. */
export async function sinceBefore(o: Asks, now: Trained, before: Trained, stage: Working): Promise<Compared> {
  const all = evaluationsOf(o.runs, before.weights);
  const since: Since[] = [];
  const not: string[] = [];
  const [is, was] = [now.weights.plan.recipe.model.task.word, before.weights.plan.recipe.model.task.word];
  if (all.length > 0 && is !== was)
    return { since, not: [`${before.name} was evaluated at \`${was}\`, and ${now.name} does \`${is}\``] };
  for (const one of all.slice(0, MOST_EVALUATIONS)) {
    const found = await sinceOne(o, { now, before }, one, stage);
    if (typeof found === "string") not.push(`${calledOf(one)} was not compared: ${found}`);
    else since.push(found);
  }
  if (all.length > MOST_EVALUATIONS)
    not.push(`of ${String(all.length)} evaluations on record the newest ${String(MOST_EVALUATIONS)} were compared`);
  return { since, not };
}

const calledOf = ({ score: { data, split } }: OnRecord): string => (split === null ? data : `${data}.${split}`);

/** Rows of an evaluation as they are read now; a text: why they can't be. */
export async function rowsOnRecord(
  { datasets }: Pick<Asks, "datasets">,
  { score, data }: OnRecord,
  reader: ReturnType<typeof readerOf>,
  stage: Working,
): Promise<{ readonly data: DataPlan; readonly prepared: Prepared; readonly split: string } | string> {
  if (!data) return "how its rows are read is not on record; evaluate it again, and it will be";
  const whole = await readAgain(datasets, data, reader, stage);
  if (typeof whole === "string") return whole;
  if (whole.facts.hash !== score.dataHash) return "its rows are others now";
  const split = score.split ?? "all";
  const few = fewRows(whole, split, MOST_ROWS);
  return few ? { data, prepared: few.prepared, split } : "its rows are streamed from disk";
}

async function readAgain(
  datasets: DatasetCache,
  data: DataPlan,
  reader: ReturnType<typeof readerOf>,
  { hostContext }: Working,
): Promise<Prepared | string> {
  try {
    return await datasets.data(data, reader, hostContext);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.message;
  }
}

async function sinceOne(
  o: Asks,
  { now, before }: { readonly now: Trained; readonly before: Trained },
  one: OnRecord,
  stage: Working,
): Promise<Since | string> {
  const rows = await rowsOnRecord(o, one, readerOf(now.weights.plan.recipe.model), stage);
  if (typeof rows === "string") return rows;
  const { data, prepared, split } = rows;
  const strange = prepared.labels.find((label) => now.labels.length > 0 && !now.labels.includes(label));
  if (strange !== undefined) return `${now.name} has no label ${JSON.stringify(strange)}`;
  const call = await metricOf(o.registry, one, now, data);
  const asks = { data, prepared, split, call };
  const [was, is] = [await askedAbout(o, before, asks, stage), await askedAbout(o, now, asks, stage)];
  const drawn = await drawAll([was.measure, is.measure], stage.signal);
  const [first, second] = [drawn.get(was.measure), drawn.get(is.measure)];
  if (!first || !second || !Number.isFinite(first.score.value) || !Number.isFinite(second.score.value))
    return `it has no ${was.measure.name} on these rows`;
  const { interval, verdict } = difference(first, second);
  const { score } = one;
  return {
    data: score.data,
    split: score.split,
    dataHash: score.dataHash,
    rows: is.rows.count,
    of: score.rows,
    metric: is.measure.name,
    better: is.measure.better,
    before: first.score.value,
    now: second.score.value,
    lost: verdict === "worse",
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    recorded: score.metrics[is.measure.name]?.value ?? null,
    forgotten: forgottenIn(was, is, calledOf(one)),
  };
}

/** The usual metric that is on record, of those that need no text written. */
async function metricOf(registry: Registry, { score }: OnRecord, now: Trained, data: DataPlan): Promise<Call> {
  const { task } = now.weights.plan.recipe.model;
  const loss: Call = { word: "loss", kind: "metric", arguments: {} };
  const able: Call[] = [];
  for (const call of [...usualMetrics(registry, task, Object.keys(data.columns)), loss]) {
    const { ofTimes, ofCost } = await does(call, "metric");
    if (!ofTimes && !ofCost && !(await readsTexts(call))) able.push(call);
  }
  return able.find((call) => metricName(call, registry) in score.metrics) ?? able[0] ?? loss;
}

interface Answered {
  readonly measure: Measure;
  readonly rows: Encoded;
  readonly labels: readonly string[];
  /** Numbers of labels; null: answers are no single labels. */
  readonly said: ArrayLike<number> | null;
}

async function askedAbout(
  o: Asks,
  handle: Trained,
  of: { readonly data: DataPlan; readonly prepared: Prepared; readonly split: string; readonly call: Call },
  { hostContext, signal }: Working,
): Promise<Answered> {
  const { data, prepared, split, call } = of;
  const { labels, packed, open, base, tokenizer } = await o.weights.askable(handle, data, hostContext);
  const { recipe } = handle.weights.plan;
  const encoding = await encodingOf({ recipe: { ...recipe, data } }, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const label = `${data.name}.${split} asked of ${handle.name} again`;
  const said = await asked(open.session, rows, encoding, {
    batchSize: recipe.training.batch_size,
    padId: tokenizer.padId,
    packed,
    groups: true,
    ...(signal && { signal }),
    ...(o.registry.find("metric", call.word)?.capabilities?.countsBytes && {
      spelt: (ids: Int32Array) => tokenizer.decode(ids),
    }),
    onRows: (done, total) => hostContext.onProgress?.({ label, done, total }),
  });
  const scored = scoredOf([said], rows, encoding, { groups: true, fitted: handle.fitted });
  const { outcome } = scored;
  const predicted = outcome?.of === "label" ? outcome.input.predicted : null;
  return { measure: await measureOf(o.registry, call, scored, { signal }), rows, labels, said: predicted };
}

function forgottenIn(was: Answered, is: Answered, on: string): ForgottenOf | null {
  const truth = is.rows.taught?.oneRight;
  if (!truth || !was.said || !is.said) return null;
  const [said, now] = [was.said, is.said];
  // Labels may stand elsewhere in the new head.
  const before = Int32Array.from(said, (label) => is.labels.indexOf(was.labels[label] ?? ""));
  const forgotten = forgottenOf(truth, before, now);
  const named = (label: number | undefined): string => is.labels[label ?? -1] ?? "";
  return (
    forgotten && {
      ...forgotten,
      on,
      after: 0,
      example: (row) => ({
        row: is.rows.rows[row] ?? 0,
        text: is.rows.text(row),
        right: named(truth[row]),
        now: named(now[row]),
      }),
    }
  );
}
