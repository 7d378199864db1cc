/** Encodes an input for the encoder and a target for the decoder, each truncated and ended by the end token. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { seq2seqTargetFeeds } from "../../sequences/sequence.js";
import { taskInputsOf } from "../prediction-rows.js";
import { inputPrefixOf, decoderStartToken } from "../decoder-input.js";
import { appendEndTokens } from "../end-token.js";
import { targetLossMaskRow } from "../masked-tokens.js";
import { sourceTextsOf } from "./columns.js";
import { encodeTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";

export const seq2seqEncoder: RowEncoder = {
  async encodeSplit(rows, e) {
    const { prefix, start } = mustExist(e.pairs, "the first token of the decoder");
    const input = appendEndTokens(await rows.texts({ role: "input", prefix }), e);
    const target = appendEndTokens(await rows.texts({ role: "target" }), e);
    const taught = seq2seqTargetFeeds({ ...target, start, padId: e.tokenizer.padId });
    return {
      ...sourceTextsOf(rows, "input"),
      ...input,
      taught,
      written: target.lengths,
      taskInputs: taskInputsOf(input.ids, e),
    };
  },
  encodeInputs: encodeTextInputs,
  decoderInput: (task, base) => ({ prefix: inputPrefixOf(task), start: decoderStartToken(base) }),
  hasMask: () => true,
  maskTitle: "trained",
  maskedRow: targetLossMaskRow,
};
