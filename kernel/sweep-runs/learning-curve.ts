/**
 * `show SWEEP.learning_curve`: estimates how much more data would help, from the trials of a sweep that varied
 * `split.train`.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { MIN_CURVE_SIZES, hasLearntAnything, forecastTrainedCurve } from "../data/judging/trained-curve.js";
import { splitNamesOf } from "../data/prepared.js";
import { learningCurveView, nothingLearntView } from "../display/curves/learning-curve.js";
import { groupedNumber } from "../host/value-text.js";
import type { DisplayOutput } from "../display/html.js";
import { TRAIN_SIZE_PATH, scoresBySize } from "../study/learning-sizes.js";
import type { TrialRecord } from "../study/trial.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { majorityScore } from "../evaluation/baseline-rows.js";
import { rowCountOf } from "../evaluation/judged-rows.js";

export async function sweepLearningCurve(
  session: OpenSession,
  {
    name,
    plan: sweep,
    trials,
  }: { readonly name: string; readonly plan: SweepPlan; readonly trials: readonly TrialRecord[] },
  context: ExecutionContext,
): Promise<readonly DisplayOutput[]> {
  const refuse = (why: string): never => {
    throw new CodedError("no-sweep-curve", { sweep: name, why });
  };
  if (!Object.hasOwn(sweep.vary, TRAIN_SIZE_PATH))
    return refuse(`it varies ${Object.keys(sweep.vary).join(", ")}, not \`${TRAIN_SIZE_PATH}\``);
  const { data, model } = sweep.plan.recipe;
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
  const splits = splitNamesOf(prepared).map((split) => ({ split, rows: rowCountOf(prepared, split) }));
  const rowsIn = (names: readonly string[]): number =>
    splits.reduce((sum, { split, rows }) => (names.includes(split) ? sum + rows : sum), 0);
  const { direction, metric } = sweep.goal;
  const { sizes, best } = scoresBySize(trials, rowsIn(splits.map(({ split }) => split)), {
    direction,
    repeats: sweep.repeats ?? 1,
  });
  if (sizes.length < MIN_CURVE_SIZES)
    return refuse(
      `${sizes.length === 0 ? "none" : sizes.length} of its sizes ${sizes.length === 1 ? "has" : "have"} a score, and ${MIN_CURVE_SIZES} are needed`,
    );
  const errors = direction === "minimize";
  const shares = !errors && sizes.every(({ score }) => score >= 0 && score <= 1);
  const scored = Math.max(1, rowsIn(["validation"]));
  const curve = { errors, shares, scored, seed: sweep.seed };
  const floor = await majorityScore(session, { plan: sweep.plan, split: "validation", name }, metric, context);
  const metricText = metricName(metric, session.vocabulary.registry);
  if (floor !== null && !hasLearntAnything(sizes, floor, curve))
    return [nothingLearntView(sizes, floor, { name, scored, metric: metricText })];
  const forecast = forecastTrainedCurve(sizes, curve);
  if (!forecast)
    return refuse(`the spread of its scores by chance is unknown: \`repeats: 3\` measures it, or a fourth size`);
  const trained = sizes.some(({ variance }) => variance !== null)
    ? "their seeds and the rows that are scored"
    : "the rows that are scored";
  return learningCurveView(forecast, {
    data: data.name,
    rows: rowsIn(["train", "all"]),
    errors,
    shares,
    metric: metricText,
    measured: `the trials of ${name}${best ? ", the best of each size" : ""}, scored on ${groupedNumber(scored)} rows of validation; each interval holds in 4 of 5 cases, by ${shares ? trained : "their spread"}.`,
  });
}
