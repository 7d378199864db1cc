/**
 * Scores of the notebook's model and the deployed one on the same rows; only the rows' hash and the figures are saved.
 */
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import { CodedError, diagnosticText, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PreparedData } from "../../data/prepared.js";
import { splitNamesOf } from "../../data/prepared.js";
import type { ComparedScores } from "../../deployments/proof.js";
import { labelAgreement } from "../../deployments/label-agreement.js";
import { encodeSplit, rowEncodingOptionsOf } from "../../data/encoding/encoded.js";
import { scoreDifference, resampleMetrics } from "../../inference/measuring/comparison.js";
import { measureMetric } from "../../inference/measuring/measure-metric.js";
import { scoreSplit } from "../../inference/score-split.js";
import type { OpenModelForPrediction } from "../../inference/input-texts.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { OpenedRun } from "../../models/opened-run.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/**
 * Returns the rows that the training did not use, if its data can be read again; else the reason why there are none.
 */
export async function heldOutRowsForDeployment(
  session: OpenSession,
  { weights }: OpenedRun,
  options: { readonly on: ActionSubject | null; readonly rows: number },
  context: ExecutionContext,
): Promise<
  { readonly prepared: PreparedData; readonly split: string; readonly name: string } | { readonly none: string }
> {
  const { data: trainingData, model } = weights.plan.recipe;
  const { answers } = await loadImplementation(model.task, "task");
  if (options.rows === 0) return { none: "none requested" };
  if (!answers?.score) return { none: `${model.task.word} is compared by generated text` };
  const subject = options.on && "data" in options.on ? options.on : { data: trainingData, split: null };
  try {
    const prepared = await session.datasets.data(subject.data, dataReadingSettingsOf(model), context.hostContext);
    const names = splitNamesOf(prepared);
    const split =
      subject.split ?? (options.on ? "all" : (["test", "validation"].find((name) => names.includes(name)) ?? null));
    if (split === null) return { none: "its data have neither `test` nor `validation`: `on` names rows to score" };
    const table = prepared.splits[split];
    if (!table) return { none: "they are streamed: `on` names data that fit in memory" };
    const name = split === "all" ? subject.data.name : `${subject.data.name}.${split}`;
    return { prepared: { ...prepared, splits: { [split]: table.slice(0, options.rows).reify() } }, split, name };
  } catch (error) {
    if (!(error instanceof CodedError) || options.on) throw error;
    return { none: diagnosticText(error).message };
  }
}

export async function compareDeployedScores(
  session: OpenSession,
  { open, weights, base, tokenizer }: OpenedRun,
  deployed: OpenModelForPrediction,
  subject: { readonly prepared: PreparedData; readonly split: string; readonly name: string },
  context: ExecutionContext,
): Promise<ComparedScores> {
  const { plan, labels } = weights;
  const { registry } = session.vocabulary;
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, labels, plan.recipe.model.name);
  const calls = defaultMetrics(registry, plan.recipe.model.task, Object.keys(plan.recipe.data.columns));
  const measured = async (session: OpenModelForPrediction["session"], runtimeEncoding: typeof encoding) => {
    const rows = await encodeSplit(subject.prepared, { data: subject.name, split: subject.split }, runtimeEncoding);
    let outputs: readonly Float32Array[] = [];
    const scored = await scoreSplit(session, rows, runtimeEncoding, {
      batchSize: 32,
      padId: runtimeEncoding.tokenizer.padId,
      packed: null,
      onSaid: (all) => (outputs = all),
      onRows: (done, total) => context.hostContext.onProgress?.({ label: "rows scored by both models", done, total }),
      ...(context.signal ? { signal: context.signal } : {}),
    });
    return {
      rows: rows.count,
      outputs,
      labels: runtimeEncoding.labels,
      measures: await Promise.all(calls.map((call) => measureMetric(registry, call, scored))),
    };
  };
  const here = await measured(open.session, encoding);
  const there = await measured(deployed.session, {
    ...encoding,
    tokenizer: deployed.tokenizer,
    labels: deployed.labels,
    maxLength: deployed.plan.recipe.model.max_length,
  });
  const drawn = await resampleMetrics([...here.measures, ...there.measures], context.signal);
  const metrics = here.measures.flatMap((measure, i) => {
    const other = there.measures[i];
    if (!other || Number.isNaN(measure.value)) return [];
    const score = mustExist(drawn.get(measure), "its score");
    const { value, interval, verdict } = scoreDifference(score, mustExist(drawn.get(other), "its score"));
    const ends = { low: interval?.low ?? null, high: interval?.high ?? null };
    const { low, high } = score.score.interval ?? { low: 0, high: 0 };
    const worse = verdict === "worse" && Math.abs(value) > (high - low) / 2;
    const both = { notebook: measure.value, deployed: measure.value + value };
    return [[measure.name, { ...both, ...ends, ...(worse && { worse: true as const }) }] as const];
  });
  const { labels: hasLabels, problem } = registry.find("task", plan.recipe.model.task.word)?.capabilities ?? {};
  return {
    rows: here.rows,
    dataHash: plan.recipe.training.privacy ? "withheld" : subject.prepared.facts.hash,
    on: subject.name,
    metrics: Object.fromEntries(metrics),
    ...(hasLabels && { labels: labelAgreement(here, there, problem === "multi_label_classification") }),
  };
}
