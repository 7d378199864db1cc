/** Encodes a text, or two joined texts, truncated to the model's maximum length. */
import { truncatePairs, truncateTexts } from "../prediction-rows.js";
import { taskLossMaskRow } from "../masked-tokens.js";
import { sourceTextsOf, trainingTargetsOf } from "./columns.js";
import { encodeTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";

export const singleTextEncoder: RowEncoder = {
  async encodeSplit(rows, e) {
    const first = await rows.texts({});
    const second = rows.column("text_pair") && (await rows.texts({ role: "text_pair" }));
    const encoded = second ? truncatePairs(first, second, e) : truncateTexts(first, e);
    return { ...sourceTextsOf(rows, "text"), ...encoded, taught: trainingTargetsOf(rows, encoded.taskInputs, e) };
  },
  encodeInputs: encodeTextInputs,
  hasMask: (supervision) => supervision.inputs(2).targets !== undefined,
  maskTitle: "trained",
  maskedRow: taskLossMaskRow,
};
