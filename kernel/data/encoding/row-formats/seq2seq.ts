/** An input for the encoder and a target for the decoder, each cut and with its end token. */
import { must } from "#dsl/language/diagnostics/must.js";
import { taughtBy } from "../../sequences/sequence.js";
import { askedOf } from "../asked-rows.js";
import { prefixOf, startOf } from "../decoder-input.js";
import { ended } from "../end-token.js";
import { targetMask } from "../masked-tokens.js";
import { sourceRows } from "./columns.js";
import { encodeTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";

export const seq2seq: RowEncoder = {
  async encodeSplit(rows, e) {
    const { prefix, start } = must(e.pairs, "the first token of the decoder");
    const input = ended(await rows.texts({ role: "input", prefix }), e);
    const target = ended(await rows.texts({ role: "target" }), e);
    const taught = taughtBy({ ...target, start, padId: e.tokenizer.padId });
    return { ...sourceRows(rows, "input"), ...input, taught, written: target.lengths, asked: askedOf(input.ids, e) };
  },
  encodeInputs: encodeTextInputs,
  decoderInput: (task, base) => ({ prefix: prefixOf(task), start: startOf(base) }),
  hasMask: () => true,
  maskTitle: "trained",
  maskedRow: targetMask,
};
