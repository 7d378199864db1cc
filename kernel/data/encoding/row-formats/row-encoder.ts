/**
 * The tokenizing part of a row format (stdlib/row-formats has the other): turns columns of the data into tokens and
 * targets.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Supervision } from "#stdlib/tasks/kind.js";
import type { BaseModel } from "../../../bases/base.js";
import type { RowWithLossMask } from "../masked-row.js";
import type { LossMaskOptions } from "../masked-tokens.js";
import type { PredictionInput, EncodedRows, RowEncodingOptions, EncodedInputs } from "../rows.js";
import type { EncodableSplit } from "../split-rows.js";

/** `data`: name of the data set, for errors. */
export type DataRowEncodingOptions = RowEncodingOptions & { readonly data: string };
export type InputEncodingOptions = Omit<RowEncodingOptions, "end" | "model" | "chat">;

export interface RowEncoder {
  /** Encodes the rows of a split with their targets. Throws the coded error `no-labels`, and those of the task. */
  encodeSplit(rows: EncodableSplit, e: DataRowEncodingOptions): Promise<EncodedRows>;
  encodeInputs(inputs: readonly PredictionInput[], e: InputEncodingOptions): Promise<EncodedInputs>;
  /** For formats whose decoder reads the target: returns the prefix of inputs and the decoder's first token. */
  decoderInput?(task: Call, base: BaseModel): NonNullable<RowEncodingOptions["pairs"]>;
  /** Returns whether targets are single tokens, so that they can be marked in a display. */
  hasMask(supervision: Supervision): boolean;
  readonly maskTitle: "trained" | "the answer";
  maskedRow(rows: EncodedRows, row: number, options: LossMaskOptions): Promise<RowWithLossMask>;
}
