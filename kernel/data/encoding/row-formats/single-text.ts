/** A text, or two that are joined, cut at the length of the model. */
import { pairsCut, textsCut } from "../asked-rows.js";
import { taskMask } from "../masked-tokens.js";
import { sourceRows, targetsOf } from "./columns.js";
import { encodeTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";

export const singleText: RowEncoder = {
  async encodeSplit(rows, e) {
    const first = await rows.texts({});
    const second = rows.column("text_pair") && (await rows.texts({ role: "text_pair" }));
    const encoded = second ? pairsCut(first, second, e) : textsCut(first, e);
    return { ...sourceRows(rows, "text"), ...encoded, taught: targetsOf(rows, encoded.asked, e) };
  },
  encodeInputs: encodeTextInputs,
  hasMask: (supervision) => supervision.inputs(2).targets !== undefined,
  maskTitle: "trained",
  maskedRow: taskMask,
};
