/** Scores models on labelled rows: from their predictions, or from the loss of their tokens. */
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import { tokenLossMetrics } from "#stdlib/tasks/shared/next-token.js";
import type { EngineSession } from "../engines/engine.js";
import type { EncodedRows, RowEncodingOptions } from "../data/encoding/encoded.js";
import { applyCalibration } from "./fitted-calibration.js";
import {
  computeRowLogits,
  measureTokenLosses,
  meanTokenLoss,
  type RowInferenceOptions,
  type TokenLossGroup,
} from "./score.js";

type ScoreOptions = RowInferenceOptions &
  Pick<Parameters<typeof measureTokenLosses>[2], "packed" | "groups" | "spelt"> & {
    /** Receives the model's outputs per row, if predictions are scored. */
    readonly onSaid?: (outputs: readonly Float32Array[]) => void;
  };

/** One model's results on some rows: outputs per row, or the loss of groups of rows. */
export type SplitOutputs =
  | { readonly said: readonly Float32Array[] }
  | { readonly groups: readonly TokenLossGroup[] }
  /** Predictions as text, for a task that does not use logits. */
  | { readonly written: readonly string[] };

export async function scoreSplit(
  session: Pick<EngineSession, "run">,
  rows: EncodedRows,
  encoding: Pick<RowEncodingOptions, "task">,
  options: ScoreOptions,
): Promise<ScoredOutcome> {
  return scoreOutputs([await computeOutputs(session, rows, encoding, options)], rows, encoding, options);
}

export async function computeOutputs(
  session: Pick<EngineSession, "run">,
  rows: EncodedRows,
  { task }: Pick<RowEncodingOptions, "task">,
  options: ScoreOptions,
): Promise<SplitOutputs> {
  const { answers } = task.implementation;
  if (!answers?.score || !rows.taught) return { groups: (await measureTokenLosses(session, rows, options)).groups };
  const { texts, textIndices } = rows.apart?.() ?? { texts: rows, textIndices: null };
  const outputs = await computeRowLogits(session, texts, answers, options);
  options.onSaid?.(outputs);
  return { said: textIndices ? Array.from(textIndices, (text) => outputs[text]!) : outputs };
}

/** Runs the first row once, so that one-time preparation does not count in the measured times. */
export async function warmUpWithFirstRow(
  session: Pick<EngineSession, "run">,
  rows: EncodedRows,
  { task }: Pick<RowEncodingOptions, "task">,
  options: RowInferenceOptions,
): Promise<void> {
  const { answers } = task.implementation;
  if (!answers?.score || !rows.taught) return;
  const { ids, lengths, types, taskInputs } = rows.apart?.().texts ?? rows;
  const first = { ids, lengths: lengths.subarray(0, 1), taskInputs: taskInputs, ...(types && { types }) };
  const { batchSize, padId, signal } = options;
  await computeRowLogits(session, first, answers, { batchSize, padId, ...(signal && { signal }) });
}

/** `rows`: the rows of all parts, concatenated. */
export function scoreOutputs(
  parts: readonly SplitOutputs[],
  rows: EncodedRows,
  { task }: Pick<RowEncodingOptions, "task">,
  options: { readonly groups?: boolean; readonly fitted?: FittedCalibration | null },
): ScoredOutcome {
  const { answers } = task.implementation;
  const written = parts.flatMap((part) => ("written" in part ? part.written : []));
  if (answers?.scoreWritten && rows.taught && written.length > 0)
    return answers.scoreWritten(written, rows.taught, rows.taskInputs);
  if (answers?.score && rows.taught) {
    const { outputs, taskInputs } = applyCalibration(bySides(parts, rows), rows.taskInputs, options.fitted);
    return answers.score(outputs, rows.taught, taskInputs);
  }
  const groups = parts.flatMap((part) => ("groups" in part ? part.groups : []));
  const input = meanTokenLoss(groups);
  return {
    metrics: tokenLossMetrics(input),
    measure: (metric, call) => metric.ofTokens?.(call, input) ?? Number.NaN,
    resampling: ({ ofTokens }, call) =>
      ofTokens && options.groups === true
        ? {
            unit: "group of rows",
            units: groups.length,
            same: rows.lengths.length,
            single: false,
            score: (drawn) => ofTokens(call, meanTokenLoss(groups, drawn)),
          }
        : null,
    labels: [],
    confusion: [],
    mistakesBy: "probability",
    mistakes: () => [],
  };
}

/**
 * Concatenates the outputs of all parts. If a row has two texts that are encoded separately, the first texts of all
 * rows come first.
 */
function bySides(parts: readonly SplitOutputs[], rows: EncodedRows): readonly Float32Array[] {
  const partOutputs = parts.map((part) => ("said" in part ? part.said : []));
  const sides = rows.apart ? rows.apart().textIndices.length / rows.count : 1;
  return Array.from({ length: sides }, (_, side) =>
    partOutputs.flatMap((own) => own.slice((side * own.length) / sides, ((side + 1) * own.length) / sides)),
  ).flat();
}
