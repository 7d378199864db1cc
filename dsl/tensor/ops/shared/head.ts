/**
 * Shared by the ops of the chunked head: logits = x · weightᵀ (+ bias) per row and the cross-entropy of each. The
 * reference computes one row of logits at a time, an engine one chunk of rows.
 */
import {
  positiveNumberAttribute,
  positiveIntegerAttribute,
  numberAttribute,
  oneOfAttribute,
  optionalAttribute,
  type InferAttributes,
} from "../../attributes.js";
import type { Dimension, DType, Type } from "../../program.js";
import { addProducts } from "../../numbers/products.js";
import { OpInputError, requireFloat, requireSameDType, requireShape } from "../../shape.js";
import { softmaxRows } from "../../numbers/softmax.js";
import { zeros, type ArrayValues } from "../../values.js";

export const LOSS_ATTRIBUTES = {
  reduction: oneOfAttribute(["mean", "sum"]),
  /** Label of ignored rows. */
  ignore: numberAttribute,
};
export const HEAD_LOSS_ATTRIBUTES = {
  ...LOSS_ATTRIBUTES,
  /** Number of chunks of rows in which an engine computes the logits, one after another. */
  chunks: positiveIntegerAttribute,
  /** Caps logits to `cap` · tanh(logit / `cap`); by default they are not capped. */
  cap: optionalAttribute(positiveNumberAttribute),
};
export type HeadLossSettings = InferAttributes<typeof HEAD_LOSS_ATTRIBUTES>;
/** Maximum bytes of one chunk's logits, assuming `TYPICAL_ROWS` rows. */
const CHUNK_BYTES = 64 * 2 ** 20;
const TYPICAL_ROWS = 1024;

export function headLossChunkCount(vocabulary: Dimension, rows = TYPICAL_ROWS): number {
  return typeof vocabulary === "number" ? Math.max(1, Math.ceil((4 * vocabulary * rows) / CHUNK_BYTES)) : 1;
}

export function requireHeadLossTypes(x: Type, weight: Type, labels: Type, bias: Type | undefined): void {
  requireFloat(x, "x");
  requireSameDType(x, weight, ...(bias ? [bias] : []));
  if (x.shape.length !== 2) throw new OpInputError("x must be [rows, n]");
  if (weight.shape.length !== 2 || weight.shape[1] !== x.shape[1])
    throw new OpInputError(`the weight must be [vocabulary, ${x.shape[1]}]`);
  if (labels.dtype !== "i32") throw new OpInputError(`labels must be i32, not ${labels.dtype}`);
  requireShape(labels, [x.shape[0]!], "labels");
  if (bias) requireShape(bias, [weight.shape[0]!], "the bias");
}

/** Losses and their gradients are f32 even where the products are bf16. */
export function headLossDType(x: Type): DType {
  return x.dtype === "bf16" ? "f32" : x.dtype;
}

export interface HeadLossRow {
  readonly row: number;
  readonly label: number;
  /** log softmax of the row's logits. */
  readonly logs: Float64Array;
  /** Derivative of the cap at each logit; undefined without a cap. */
  readonly slopes?: Float64Array;
}
/** Visits the rows that count; returns their number. */
export function forEachHeadLossRow(
  x: ArrayValues,
  weight: ArrayValues,
  labels: ArrayValues,
  bias: ArrayValues | undefined,
  { ignore, cap }: HeadLossSettings,
  visit: (row: HeadLossRow) => void,
): number {
  const [vocabulary, n] = weight.shape as [number, number];
  let counted = 0;
  labels.data.forEach((label, row) => {
    if (label === ignore) return;
    if (label < 0 || label >= vocabulary) throw new OpInputError(`label ${label} of ${vocabulary}`);
    counted++;
    const logits = zeros(vocabulary);
    if (bias) logits.set(bias.data);
    addProducts({ data: x.data, start: row * n, size: n }, weight.data, { data: logits, start: 0, size: vocabulary });
    if (cap === undefined) return visit({ row, label, logs: softmaxRows(logits, vocabulary, true) });
    const bent = logits.map((logit) => Math.tanh(logit / cap));
    const logs = softmaxRows(
      bent.map((t) => cap * t),
      vocabulary,
      true,
    );
    visit({ row, label, logs, slopes: bent.map((t) => 1 - t * t) });
  });
  return counted;
}
