/**
 * Fits calibrations after training (`calibrate`) on the split `validation` only, with the run's final weights. The
 * result is saved with the run, and its effect on those rows is reported.
 */
import { rankingDirectionOf } from "#dsl/compiler/plan/watched-metric.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CalibrationData, FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { TrainingTargets } from "#stdlib/tasks/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { writeCalibration } from "../runs/calibration.js";
import { loadImplementation } from "../host/load-implementation.js";
import { plural } from "../host/value-text.js";
import { calibrationText } from "../inference/fitted-calibration.js";
import { scoreOutputs, type SplitOutputs } from "../inference/score-split.js";
import type { EncodedRows, RowEncodingOptions } from "../data/encoding/encoded.js";
import { predictSplit } from "./split-predictions.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { Warn, ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

const SPLIT = "validation";

/**
 * Returns lines that describe the fitted calibrations and their effect. A calibration that finds nothing gives a
 * warning.
 */
export async function calibrateModel(
  session: OpenSession,
  { handle, plan, calls }: { readonly handle: ModelHandle; readonly plan: Plan; readonly calls: readonly Call[] },
  { stage: context, warn }: { readonly stage: ExecutionContext; readonly warn: Warn },
): Promise<readonly string[]> {
  const weights = mustExist(handle.weights, "weights that were trained");
  const { data, training } = plan.recipe;
  const how = { metrics: [], batch_size: training.batch_size };
  const { prepared, rows, encoding, outputs } = await predictSplit(
    session,
    handle,
    { data, split: SPLIT },
    how,
    context,
  );
  const decisions = calibrationDataOf(outputs, rows.taught, weights.labels);
  const reportLines: string[] = [];
  let fitted: FittedCalibration = {};
  for (const call of calls) {
    const { metric: measured } = mustExist(
      session.vocabulary.registry.find("calibration", call.word)?.capabilities,
      call.word,
    );
    const by = metricWithDecisionAverage(measured(call), decisions, call.arguments["of"]);
    const metric = await loadImplementation({ ...by, kind: "metric" }, "metric");
    const found = (await loadImplementation({ ...call, kind: "calibration" }, "calibration")).fit(call, decisions, {
      before: fitted,
      metric,
      better: rankingDirectionOf(session.vocabulary.registry, by, "calibrate"),
      onFew: (few) => warn("fitted-to-few", { model: handle.name, word: call.word, few }),
    });
    if (typeof found === "string") {
      warn("not-calibrated", { model: handle.name, word: call.word, why: found });
      continue;
    }
    const scoreOf = scoring({ outputs, rows, encoding }, metric, by, metricName(by, session.vocabulary.registry));
    reportLines.push(...changed(call, { before: fitted, after: found }, scoreOf));
    fitted = found;
  }
  if (reportLines.length === 0) return [];
  writeCalibration(weights.folder, {
    step: weights.checkpoint.position.step,
    data: data.name,
    split: SPLIT,
    dataHash: prepared.facts.hash,
    rows: rows.count,
    ...fitted,
  });
  return [
    `${handle.name}: ${calibrationText(fitted)}, fitted to ${plural(rows.count, "row")} of ${data.name}.${SPLIT}`,
    ...reportLines,
  ];
}

export function calibrationDataOf(
  outputs: SplitOutputs,
  taught: TrainingTargets | null,
  labels: readonly string[],
): CalibrationData {
  const { oneRight: one, severalRight: several } = mustExist(taught ?? undefined, "the validation rows");
  const logits = mustExist("said" in outputs ? outputs.said : undefined, "the model's predictions");
  return { labels, logits, truth: one ? { one } : { several: mustExist(several, "labels that are right") } };
}

/** Sets the metric's averaging for decisions: `binary` on the positive label for two labels, `macro` for several. */
export function metricWithDecisionAverage(call: Call, { truth }: CalibrationData, positive: unknown): Call {
  if (!Object.hasOwn(call.arguments, "average")) return call;
  const average = "several" in truth ? "macro" : "binary";
  return {
    ...call,
    arguments: { ...call.arguments, average, of: average === "binary" ? ((positive as string | null) ?? null) : null },
  };
}

interface Scoring {
  /** Mean loss, which a temperature changes. */
  readonly loss: number;
  readonly name: string;
  /** NaN if the metric is defined for other outcomes. */
  readonly value: number;
}

function scoring(
  {
    outputs,
    rows,
    encoding,
  }: { readonly outputs: SplitOutputs; readonly rows: EncodedRows; readonly encoding: RowEncodingOptions },
  metric: Parameters<ReturnType<typeof scoreOutputs>["measure"]>[0],
  call: Call,
  name: string,
) {
  return (fitted: FittedCalibration): Scoring => {
    const { metrics, measure } = scoreOutputs([outputs], rows, encoding, { fitted });
    return { loss: metrics["loss"] ?? Number.NaN, name, value: measure(metric, call) };
  };
}

/** Text such as `calibration_error 0.081 → 0.034 there`. */
function changed(
  { word }: Call,
  { before, after }: { readonly before: FittedCalibration; readonly after: FittedCalibration },
  scoreOf: (fitted: FittedCalibration) => Scoring,
): readonly string[] {
  const [was, is] = [scoreOf(before), scoreOf(after)];
  const moved = (name: string, from: number, to: number): string => `${name} ${from.toFixed(4)} → ${to.toFixed(4)}`;
  const parts = [
    ...(Number.isNaN(is.value) ? [] : [moved(is.name, was.value, is.value)]),
    ...(is.loss === was.loss ? [] : [moved("loss", was.loss, is.loss)]),
  ];
  return [`${word}: ${parts.join(", ")} on the rows that it was fitted to`];
}
