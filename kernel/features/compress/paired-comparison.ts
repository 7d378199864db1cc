/**
 * Compares the original with its compressed models on the same rows in the same cell, so that their differences are
 * paired. Also lists the models of earlier statements with the scores saved in their runs.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { metricsOfTask } from "#dsl/compiler/plan/metrics.js";
import { rankingDirectionOf } from "#dsl/compiler/plan/watched-metric.js";
import { shortCallText } from "#dsl/compiler/plan/short-call.js";
import { type DataPlan, type Call, dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { paretoFigureView, paretoTableView, type ParetoModel, type ModelParetoReport } from "../../display/pareto.js";
import type { DisplayOutput } from "../../display/html.js";
import { splitNamesOf } from "../../data/prepared.js";
import { scoreDifference, resampleMetrics } from "../../inference/measuring/comparison.js";
import { metricFilesIn } from "../../inference/measuring/measure-metric.js";
import { intervalOf } from "../../evaluation/report.js";
import { evaluateModel, type MeasuredModel } from "../../evaluation/evaluate-once.js";
import { spreadOfRoundMedians, timeModelsOnSplit, measuresLatency } from "../../evaluation/latency.js";
import { saveScoresInModelRun } from "../../evaluation/remember-scores.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import type { TrainedModel } from "./contract.js";
import { earlierCompressedModels, type EarlierCompressedModel } from "./existing-stages.js";

export interface CompressedModel {
  readonly handle: TrainedModel;
  readonly stage: Call;
}
const metric = (word: string, given: Call["arguments"] = {}): Call => ({ word, kind: "metric", arguments: given });
const MEDIAN = metric("latency", { percentile: 50 });
const SLOWEST = metric("latency", { percentile: 99 });
const COSTS = [metric("size"), metric("memory"), MEDIAN, SLOWEST] as const;
/**
 * Steps whose low-precision numbers this notebook's engine computes as f32: predictions are no faster in the notebook.
 */
const ROUNDED = "quantization";
/** Rows per batch for scoring; timed predictions are made one at a time. */
const BATCH = 64;
/** Splits for choosing between models, the best first: choosing by test rows leaves none for a final test. */
const SPLITS = ["validation", "test"] as const;
const ON_TEST =
  "There are no validation rows, so these are scores on test rows: if you choose a model by them, no rows are left to measure how good it is. `split: random(validation: 15%, test: 15%)` keeps both.";
const HERE =
  "Memory is computed from the graph, and latency measured on this notebook's engine, which computes integers as f32: the savings of rounding only show where the deployed model runs.";

/** Returns nothing if there is no split left for scoring. */
export async function compareWithOriginal(
  session: OpenSession,
  options: {
    /** Null if the teacher was a prompted base. */
    readonly start: TrainedModel | null;
    readonly made: readonly CompressedModel[];
  },
  context: ExecutionContext,
): Promise<readonly DisplayOutput[]> {
  const { start, made } = options;
  const all = [...(start ? [{ handle: start, stage: null }] : []), ...made];
  const last = mustExist(made.at(-1), "a stage").handle.weights.plan.recipe;
  const prepared = await session.datasets.data(last.data, dataReadingSettingsOf(last.model), context.hostContext);
  const split = SPLITS.find((one) => splitNamesOf(prepared).includes(one));
  const { registry } = session.vocabulary;
  const [usual] = defaultMetrics(registry, last.model.task, Object.keys(last.data.columns));
  if (split === undefined || !usual) return [];
  const able = metricsOfTask(registry, last.model.task, Object.keys(last.data.columns), { timed: true });
  const metrics = [usual, ...COSTS.filter(({ word }) => able.includes(word))];
  const measured: MeasuredModel[] = [];
  const on = { data: last.data, split };
  const handles = all.map(({ handle }) => handle);
  const times = measuresLatency(session, { metrics })
    ? await timeModelsOnSplit(session, handles, on, {}, context)
    : null;
  for (const handle of handles)
    measured.push(await measuredOn(session, handle, { ...on, metrics, times: times?.get(handle.name) }, context));
  const drawn = await resampleMetrics(
    measured.flatMap(({ measures }) => measures),
    context.signal,
  );
  const known = (one: MeasuredModel, call: Call) =>
    one.measures.find(({ name }) => name === metricName(call, registry));
  const named = (one: MeasuredModel, call: Call) => mustExist(known(one, call), call.word);
  const paretoModels = measured.map((one, i): ParetoModel => {
    const score = intervalOf(drawn, named(one, usual));
    const base = i === 0 ? null : intervalOf(drawn, named(mustExist(measured[0], "the original"), usual));
    const { by, evaluation } = one;
    const plan = by.is === "model" ? by.handle.weights?.plan : undefined;
    const did = all[i]?.stage ?? null;
    const waited = times?.get(evaluation.model);
    return {
      name: evaluation.model,
      is: did ? "stage" : "original",
      made: did ? shortCallText(did, registry) : "",
      parameters: plan?.estimates.parameters ?? null,
      stored: one.cost.bytes,
      residentBytes: one.cost.heldBytes,
      median: finite(known(one, MEDIAN)?.value),
      slowest: finite(known(one, SLOWEST)?.value),
      spread: waited ? spreadOfRoundMedians(waited) : null,
      quicker: did?.kind !== ROUNDED,
      score: { value: score.score.value, interval: score.score.interval },
      difference: base && scoreDifference(base, score),
    };
  });
  measured.forEach((one, i) => {
    const { handle } = mustExist(all[i], "a model");
    const scored = { prepared, rows: one.evaluation.rows, slices: [], home: context.hostContext.folder };
    saveScoresInModelRun(handle, { data: last.data, split }, scored, one.measures, drawn);
  });
  const shown: ModelParetoReport = {
    metric: metricName(usual, registry),
    better: rankingDirectionOf(registry, usual, "metrics"),
    on: `${last.data.name}.${split}`,
    rows: measured[0]?.evaluation.rows ?? 0,
    models: [...paretoModels, ...earlierModels(session, options, { dataHash: prepared.facts.hash, split, usual })],
    notes: [...(split === "test" ? [ON_TEST] : []), HERE],
  };
  return [paretoTableView(shown), ...optional(paretoFigureView(shown))];
}
const optional = (one: DisplayOutput | null): readonly DisplayOutput[] => (one ? [one] : []);
const finite = (value = Number.NaN): number | null => (Number.isFinite(value) ? value : null);

function measuredOn(
  session: OpenSession,
  handle: TrainedModel,
  {
    data,
    split,
    metrics,
    times,
  }: {
    readonly data: DataPlan;
    readonly split: string;
    readonly metrics: readonly Call[];
    readonly times: Float64Array | undefined;
  },
  context: ExecutionContext,
): Promise<MeasuredModel> {
  const how = { metrics, batch_size: BATCH, groups: true, world: metricFilesIn(context.hostContext.folder), times };
  return evaluateModel(session, handle, { data, split }, how, context);
}

function earlierModels(
  session: OpenSession,
  { start, made }: { readonly start: TrainedModel | null; readonly made: readonly CompressedModel[] },
  on: { readonly dataHash: string; readonly split: string; readonly usual: Call },
): readonly ParetoModel[] {
  if (!start) return [];
  const { registry } = session.vocabulary;
  const now = new Set(made.map(({ handle }) => handle.weights.folder));
  const value = ({ score }: EarlierCompressedModel, call: Call): number | null =>
    finite(score.metrics[metricName(call, registry)]?.value ?? Number.NaN);
  return earlierCompressedModels(session.runs, start.weights, on)
    .filter(({ folder }) => !now.has(folder))
    .flatMap((one): readonly ParetoModel[] => {
      const scored = one.score.metrics[metricName(on.usual, registry)];
      if (!scored || !Number.isFinite(scored.value)) return [];
      const { low, high } = scored;
      const mega = (call: Call): number | null => {
        const raw = value(one, call);
        return raw === null ? null : raw * 1e6;
      };
      return [
        {
          name: one.name,
          is: "earlier",
          made: shortCallText(one.stage, registry),
          parameters: one.parameters,
          stored: mega(COSTS[0]),
          residentBytes: mega(COSTS[1]),
          median: value(one, MEDIAN),
          slowest: value(one, SLOWEST),
          spread: null,
          quicker: one.stage.kind !== ROUNDED,
          score: { value: scored.value, interval: low === null || high === null ? null : { low, high } },
          difference: null,
        },
      ];
    });
}
