/**
 * The original and what was made of it, beside each other: asked the same rows in the same cell, so that their differences are
 * paired; and what earlier statements made of the same original, by the scores that stand in their runs.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import { metricsOf } from "#dsl/compiler/plan/metrics.js";
import { rankedBy } from "#dsl/compiler/plan/watched-metric.js";
import { shortCall } from "#dsl/compiler/plan/short-call.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import { usualMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { readerOf } from "#dsl/language/types/subject.js";
import { paretoPicture, paretoShown, type ParetoModel, type ParetoShown } from "../../display/pareto.js";
import type { Shown } from "../../display/bundle-output.js";
import { splitNamesOf } from "../../data/prepared.js";
import { difference, drawAll } from "../../inference/measuring/comparison.js";
import { worldIn } from "../../inference/measuring/measure-metric.js";
import { drawnOf } from "../../evaluation/report.js";
import { evaluateOnce, isTimed, type Measured } from "../../evaluation/evaluate-once.js";
import { spreadOf, timedTogether } from "../../evaluation/latency.js";
import { rememberScores } from "../../evaluation/remember-scores.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { recipeHashOf } from "../../runs/weights.js";
import type { Trained } from "./contract.js";
import { earlierOf, type Earlier } from "./existing-stages.js";

export interface MadeModel {
  readonly handle: Trained;
  readonly stage: Call;
}
const metric = (word: string, given: Call["arguments"] = {}): Call => ({ word, kind: "metric", arguments: given });
const MEDIAN = metric("latency", { percentile: 50 });
const SLOWEST = metric("latency", { percentile: 99 });
const COSTS = [metric("size"), metric("memory"), MEDIAN, SLOWEST] as const;
/** Stages whose numbers this notebook's engine computes with as it does with others: no answer is quicker by them here. */
const ROUNDED = "quantization";
/** Rows that models are scored on in one go; what is timed is asked one at a time. */
const BATCH = 64;
/** Splits by which models are told apart, the best first: who picks by test rows has none left. */
const SPLITS = ["validation", "test"] as const;
const ON_TEST =
  "There are no validation rows, so these are scores of test rows: of a model that is picked by them no rows are left to say how good it is. `split: random(validation: 15%, test: 15%)` keeps both.";
const HERE =
  "Memory is reckoned from the graph, and time is that of this notebook's engine, which computes whole numbers as f32: what rounding saves of both is seen where a deployed model runs.";

/** Nothing where no split is left to score. */
export async function besideOriginal(
  session: OpenSession,
  o: {
    /** Null: they learnt from what was asked by a prompt. */
    readonly start: Trained | null;
    readonly made: readonly MadeModel[];
  },
  stage: Stage,
): Promise<readonly Shown[]> {
  const { start, made } = o;
  const all = [...(start ? [{ handle: start, stage: null }] : []), ...made];
  const last = must(made.at(-1), "a stage").handle.weights.plan.recipe;
  const prepared = await session.datasets.data(last.data, readerOf(last.model), stage.hostContext);
  const split = SPLITS.find((one) => splitNamesOf(prepared).includes(one));
  const { registry } = session.vocabulary;
  const [usual] = usualMetrics(registry, last.model.task, Object.keys(last.data.columns));
  if (split === undefined || !usual) return [];
  const able = metricsOf(registry, last.model.task, Object.keys(last.data.columns), { timed: true });
  const metrics = [usual, ...COSTS.filter(({ word }) => able.includes(word))];
  const measured: Measured[] = [];
  const on = { data: last.data, split };
  const handles = all.map(({ handle }) => handle);
  const times = isTimed(session, { metrics }) ? await timedTogether(session, handles, on, {}, stage) : null;
  for (const handle of handles)
    measured.push(await measuredOn(session, handle, { ...on, metrics, times: times?.get(handle.name) }, stage));
  const drawn = await drawAll(
    measured.flatMap(({ measures }) => measures),
    stage.signal,
  );
  const known = (one: Measured, call: Call) => one.measures.find(({ name }) => name === metricName(call, registry));
  const named = (one: Measured, call: Call) => must(known(one, call), call.word);
  const own = measured.map((one, i): ParetoModel => {
    const score = drawnOf(drawn, named(one, usual));
    const base = i === 0 ? null : drawnOf(drawn, named(must(measured[0], "the original"), usual));
    const { by, evaluation } = one;
    const plan = by.is === "model" ? by.handle.weights?.plan : undefined;
    const did = all[i]?.stage ?? null;
    const waited = times?.get(evaluation.model);
    return {
      name: evaluation.model,
      is: did ? "stage" : "original",
      made: did ? shortCall(did, registry) : "",
      parameters: plan?.estimates.parameters ?? null,
      stored: one.cost.bytes,
      held: one.cost.held,
      median: finite(known(one, MEDIAN)?.value),
      slowest: finite(known(one, SLOWEST)?.value),
      spread: waited ? spreadOf(waited) : null,
      quicker: did?.kind !== ROUNDED,
      score: { value: score.score.value, interval: score.score.interval },
      difference: base && difference(base, score),
    };
  });
  measured.forEach((one, i) => {
    const { handle } = must(all[i], "a model");
    const of = { prepared, rows: one.evaluation.rows, slices: [], home: stage.hostContext.folder };
    rememberScores(handle, { data: last.data, split }, of, one.measures, drawn);
  });
  const shown: ParetoShown = {
    metric: metricName(usual, registry),
    better: rankedBy(registry, usual, "metrics"),
    on: `${last.data.name}.${split}`,
    rows: measured[0]?.evaluation.rows ?? 0,
    models: [...own, ...earlierModels(session, o, { dataHash: prepared.facts.hash, split, usual })],
    notes: [...(split === "test" ? [ON_TEST] : []), HERE],
  };
  return [paretoShown(shown), ...optional(paretoPicture(shown))];
}
const optional = (one: Shown | null): readonly Shown[] => (one ? [one] : []);
const finite = (value = Number.NaN): number | null => (Number.isFinite(value) ? value : null);

function measuredOn(
  session: OpenSession,
  handle: Trained,
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
  stage: Stage,
): Promise<Measured> {
  const how = { metrics, batch_size: BATCH, groups: true, world: worldIn(stage.hostContext.folder), times };
  return evaluateOnce(session, handle, { data, split }, how, stage);
}

function earlierModels(
  session: OpenSession,
  { start, made }: { readonly start: Trained | null; readonly made: readonly MadeModel[] },
  on: { readonly dataHash: string; readonly split: string; readonly usual: Call },
): readonly ParetoModel[] {
  if (!start) return [];
  const { registry } = session.vocabulary;
  const now = new Set(made.map(({ handle }) => handle.weights.folder));
  const value = ({ score }: Earlier, call: Call): number | null =>
    finite(score.metrics[metricName(call, registry)]?.value ?? Number.NaN);
  return earlierOf(session.runs, recipeHashOf(start.weights), on)
    .filter(({ folder }) => !now.has(folder))
    .flatMap((one): readonly ParetoModel[] => {
      const scored = one.score.metrics[metricName(on.usual, registry)];
      if (!scored || !Number.isFinite(scored.value)) return [];
      const { low, high } = scored;
      const mega = (call: Call): number | null => {
        const own = value(one, call);
        return own === null ? null : own * 1e6;
      };
      return [
        {
          name: one.name,
          is: "earlier",
          made: shortCall(one.stage, registry),
          parameters: one.parameters,
          stored: mega(COSTS[0]),
          held: mega(COSTS[1]),
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
