/** Encodes the rows of a split as fed to a model. */
import { WEIGHT_ROLE } from "#stdlib/tasks/shared/row-weights.js";
import type { RowColumn } from "#stdlib/tasks/kind.js";
import { TokenWindows } from "../sequences/windows.js";
import type { DataRowEncodingOptions } from "./row-formats/row-encoder.js";
import { rowEncoderOf } from "./row-formats/row-encoders.js";
import type { EncodedRows } from "./rows.js";
import type { EncodableSplit } from "./split-rows.js";

export async function encodeRows(rows: EncodableSplit, e: DataRowEncodingOptions): Promise<EncodedRows> {
  const encoded = await rowEncoderOf(e.task.implementation).encodeSplit(rows, e);
  const weights = rows.column(WEIGHT_ROLE);
  return weights ? { ...encoded, weights: weightsFed(encoded, weights) } : encoded;
}

/** Returns the weight of each fed row. A longer text becomes several rows, which all have its weight. */
function weightsFed({ lengths, ids, taskInputs }: EncodedRows, weights: RowColumn): Float32Array {
  const sourceWeights = Float32Array.from(weights as Iterable<number>);
  const { window } = taskInputs;
  const textIndices =
    ids instanceof TokenWindows ? ids.texts : window && lengths.map((_, row) => window(row).questionIndex);
  return textIndices ? Float32Array.from(textIndices, (row) => sourceWeights[row]!) : sourceWeights;
}
