/** The encoder of each row format. */
import type { RowFormatName } from "#stdlib/row-formats/row-format.js";
import type { Supervision } from "#stdlib/tasks/kind.js";
import { causalLm } from "./causal-lm.js";
import { conversations } from "./conversations.js";
import { extractiveQa } from "./extractive-qa.js";
import { pairEncoding } from "./pair-encoding.js";
import type { RowEncoder } from "./row-encoder.js";
import { seq2seq } from "./seq2seq.js";
import { singleText } from "./single-text.js";
import { tokenLabels } from "./token-labels.js";

export const rowEncoders: Readonly<Record<RowFormatName, RowEncoder>> = {
  single_text: singleText,
  token_labels: tokenLabels,
  causal_lm: causalLm,
  conversations,
  seq2seq,
  pair_encoding: pairEncoding,
  extractive_qa: extractiveQa,
};

export function rowEncoderOf({ supervision }: { readonly supervision: Pick<Supervision, "rowFormat"> }): RowEncoder {
  return rowEncoders[supervision.rowFormat.name];
}
