/** Loads the encoder of each row format. */
import type { RowFormatName } from "#stdlib/row-formats/row-format.js";
import type { Supervision } from "#stdlib/tasks/kind.js";
import { causalLmEncoder } from "./causal-lm.js";
import { conversationsEncoder } from "./conversations.js";
import { extractiveQaEncoder } from "./extractive-qa.js";
import { pairEncodingEncoder } from "./pair-encoding.js";
import type { RowEncoder } from "./row-encoder.js";
import { seq2seqEncoder } from "./seq2seq.js";
import { singleTextEncoder } from "./single-text.js";
import { tokenLabelsEncoder } from "./token-labels.js";

export const rowEncoders: Readonly<Record<RowFormatName, RowEncoder>> = {
  single_text: singleTextEncoder,
  token_labels: tokenLabelsEncoder,
  causal_lm: causalLmEncoder,
  conversations: conversationsEncoder,
  seq2seq: seq2seqEncoder,
  pair_encoding: pairEncodingEncoder,
  extractive_qa: extractiveQaEncoder,
};

export function rowEncoderOf({ supervision }: { readonly supervision: Pick<Supervision, "rowFormat"> }): RowEncoder {
  return rowEncoders[supervision.rowFormat.name];
}
