/** Applies calibration fitted on validation after training: temperature on logits, thresholds on labels. */
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { PredictedRows } from "#stdlib/tasks/kind.js";
import { scaledByTemperature } from "#stdlib/calibrations/shared/thresholds.js";
import { decideLabel } from "#stdlib/tasks/shared/label-scores.js";
import { argmax } from "#stdlib/statistics/argmax.js";
import { softmaxInto } from "#stdlib/statistics/probabilities.js";

/** Returns the outputs unchanged if nothing was fitted. */
export function applyCalibration(
  outputs: readonly Float32Array[],
  taskInputs: PredictedRows,
  fitted: FittedCalibration | null | undefined,
): { readonly outputs: readonly Float32Array[]; readonly taskInputs: PredictedRows } {
  if (!fitted) return { outputs, taskInputs };
  const { temperature, thresholds } = fitted;
  return {
    outputs: outputs.map((logits) => scaledByTemperature(logits, temperature)),
    taskInputs: thresholds
      ? Object.create(taskInputs, { thresholds: { value: thresholds, enumerable: true } })
      : taskInputs,
  };
}

/**
 * Index of the predicted label of a row with thresholds, for single-label tasks (`one`); otherwise the most probable.
 */
export function predictedLabelIndex(
  logits: Float32Array,
  {
    labels,
    fitted,
    one,
  }: { readonly labels: readonly string[]; readonly fitted?: FittedCalibration | null; readonly one: boolean },
): number {
  const scaled = scaledByTemperature(logits, fitted?.temperature);
  if (!one || !fitted?.thresholds) return argmax(scaled);
  const shares = new Float32Array(scaled.length);
  softmaxInto(scaled, shares);
  return decideLabel({ labels, thresholds: fitted.thresholds }, scaled, shares);
}

/** Leaves out the data that it was fitted to. */
export function calibrationValuesOf({ temperature, thresholds }: FittedCalibration): FittedCalibration {
  return { ...(temperature !== undefined && { temperature }), ...(thresholds && { thresholds }) };
}

/** As text: `temperature 1.42, thresholds billing 0.31, tech 0.5`. */
export function calibrationText({ temperature, thresholds = {} }: FittedCalibration): string {
  const entries = Object.entries(thresholds);
  const most = 8;
  const labels = entries.slice(0, most).map(([label, share]) => `${label} ${share.toPrecision(3)}`);
  return [
    ...(temperature === undefined ? [] : [`temperature ${temperature.toPrecision(3)}`]),
    ...(entries.length === 0
      ? []
      : [
          `${entries.length === 1 ? "threshold" : "thresholds"} ${labels.join(", ")}${entries.length > most ? ` and ${String(entries.length - most)} more` : ""}`,
        ]),
  ].join(", ");
}
