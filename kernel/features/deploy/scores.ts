/** The notebook's model and the deployed one, scored on the same rows: of the rows nothing is kept but their hash and the figures. */
import { readerOf } from "#dsl/language/types/subject.js";
import type { Subject } from "#dsl/compiler/plan/action.js";
import { usualMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Prepared } from "../../data/prepared.js";
import { splitNamesOf } from "../../data/prepared.js";
import type { ScoredBeside } from "../../deployments/proof.js";
import { labelsAgree } from "../../deployments/labels-agree.js";
import { encodeSplit } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import { difference, drawAll } from "../../inference/measuring/comparison.js";
import { measureOf } from "../../inference/measuring/measure-metric.js";
import { scoreSplit } from "../../inference/score-split.js";
import type { Asking } from "../../inference/input-texts.js";
import { does } from "../../host/load-implementation.js";
import type { Opened } from "../../models/opened-run.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/** The rows that the training did not learn from, where its data can be read again; else why there are none. */
export async function rowsToScore(
  session: OpenSession,
  { weights }: Opened,
  o: { readonly on: Subject | null; readonly rows: number },
  stage: Stage,
): Promise<{ readonly prepared: Prepared; readonly split: string; readonly name: string } | { readonly none: string }> {
  const { data: own, model } = weights.plan.recipe;
  const { answers } = await does(model.task, "task");
  if (o.rows === 0) return { none: "none were asked for" };
  if (!answers?.score) return { none: `${model.task.word} is compared by what is written` };
  const asked = o.on && "data" in o.on ? o.on : { data: own, split: null };
  try {
    const prepared = await session.datasets.data(asked.data, readerOf(model), stage.hostContext);
    const names = splitNamesOf(prepared);
    const split = asked.split ?? (o.on ? "all" : (["test", "validation"].find((name) => names.includes(name)) ?? null));
    if (split === null) return { none: "its data have neither `test` nor `validation`: `on` names rows to score" };
    const table = prepared.splits[split];
    if (!table) return { none: "they are streamed: `on` names data that fit in memory" };
    const name = split === "all" ? asked.data.name : `${asked.data.name}.${split}`;
    return { prepared: { ...prepared, splits: { [split]: table.slice(0, o.rows).reify() } }, split, name };
  } catch (error) {
    if (!(error instanceof CodedError) || o.on) throw error;
    return { none: wordsFor(error).message };
  }
}

export async function scoredBeside(
  session: OpenSession,
  { open, weights, base, tokenizer }: Opened,
  deployed: Asking,
  of: { readonly prepared: Prepared; readonly split: string; readonly name: string },
  stage: Stage,
): Promise<ScoredBeside> {
  const { plan, labels } = weights;
  const { registry } = session.vocabulary;
  const encoding = await encodingOf(plan, base, tokenizer, labels, plan.recipe.model.name);
  const calls = usualMetrics(registry, plan.recipe.model.task, Object.keys(plan.recipe.data.columns));
  const measured = async (session: Asking["session"], own: typeof encoding) => {
    const rows = await encodeSplit(of.prepared, { data: of.name, split: of.split }, own);
    let said: readonly Float32Array[] = [];
    const scored = await scoreSplit(session, rows, own, {
      batchSize: 32,
      padId: own.tokenizer.padId,
      packed: null,
      onSaid: (all) => (said = all),
      onRows: (done, total) => stage.hostContext.onProgress?.({ label: "rows scored by both models", done, total }),
      ...(stage.signal ? { signal: stage.signal } : {}),
    });
    return {
      rows: rows.count,
      said,
      labels: own.labels,
      measures: await Promise.all(calls.map((call) => measureOf(registry, call, scored))),
    };
  };
  const here = await measured(open.session, encoding);
  const there = await measured(deployed.session, {
    ...encoding,
    tokenizer: deployed.tokenizer,
    labels: deployed.labels,
    maxLength: deployed.plan.recipe.model.max_length,
  });
  const drawn = await drawAll([...here.measures, ...there.measures], stage.signal);
  const metrics = here.measures.flatMap((measure, i) => {
    const other = there.measures[i];
    if (!other || Number.isNaN(measure.value)) return [];
    const own = must(drawn.get(measure), "its score");
    const { value, interval, verdict } = difference(own, must(drawn.get(other), "its score beside"));
    const ends = { low: interval?.low ?? null, high: interval?.high ?? null };
    const { low, high } = own.score.interval ?? { low: 0, high: 0 };
    const worse = verdict === "worse" && Math.abs(value) > (high - low) / 2;
    const both = { notebook: measure.value, deployed: measure.value + value };
    return [[measure.name, { ...both, ...ends, ...(worse && { worse: true as const }) }] as const];
  });
  const { labels: told, problem } = registry.find("task", plan.recipe.model.task.word)?.capabilities ?? {};
  return {
    rows: here.rows,
    dataHash: plan.recipe.training.privacy ? "withheld" : of.prepared.facts.hash,
    on: of.name,
    metrics: Object.fromEntries(metrics),
    ...(told && { labels: labelsAgree(here, there, problem === "multi_label_classification") }),
  };
}
