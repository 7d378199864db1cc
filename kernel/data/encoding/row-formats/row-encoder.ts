/** The tokenizing half of a row format (stdlib/row-formats has the other): columns of the data become tokens and targets. */
import type { Call } from "#dsl/language/types/value.js";
import type { Supervision } from "#stdlib/tasks/kind.js";
import type { Base } from "../../../bases/base.js";
import type { MaskedRow } from "../masked-row.js";
import type { MaskOptions } from "../masked-tokens.js";
import type { PredictionInput, EncodedRows, RowEncoding, EncodedInputs } from "../rows.js";
import type { EncodableSplit } from "../split-rows.js";

/** `data`: the name of the data, for errors. */
export type SplitEncoding = RowEncoding & { readonly data: string };
export type InputEncoding = Omit<RowEncoding, "end" | "model" | "chat">;

export interface RowEncoder {
  /** Rows of a split, with their targets. Coded error `no-labels`, and those of the task. */
  encodeSplit(rows: EncodableSplit, e: SplitEncoding): Promise<EncodedRows>;
  /** Inputs of a prediction, without targets: texts, or pairs of texts. */
  encodeInputs(inputs: readonly PredictionInput[], e: InputEncoding): Promise<EncodedInputs>;
  /** For formats with a decoder that reads the target: the prefix of inputs and the first token of the decoder. */
  decoderInput?(task: Call, base: Base): NonNullable<RowEncoding["pairs"]>;
  /** Whether targets are single tokens, so that a picture can mark them. */
  hasMask(supervision: Supervision): boolean;
  /** What the picture calls marked tokens. */
  readonly maskTitle: "trained" | "the answer";
  /** `row` (from 0) with its trained tokens marked. */
  maskedRow(rows: EncodedRows, row: number, options: MaskOptions): Promise<MaskedRow>;
}
