/** Splits texts into windows that end with the end token. Every token except the first is a target. */
import { TokenWindows } from "../../sequences/windows.js";
import { taskInputsOf } from "../prediction-rows.js";
import { endTokenToAppend } from "../end-token.js";
import { nextTokenLossMaskRow } from "../masked-tokens.js";
import { sourceTextsOf } from "./columns.js";
import { encodeTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";

export const causalLmEncoder: RowEncoder = {
  async encodeSplit(rows, e) {
    const windows = new TokenWindows(await rows.texts({}), e.maxLength, endTokenToAppend(e));
    const taskInputs = taskInputsOf(windows, e);
    return { ...sourceTextsOf(rows, "text"), ids: windows, lengths: windows.lengths, taught: null, taskInputs };
  },
  encodeInputs: encodeTextInputs,
  hasMask: () => true,
  maskTitle: "trained",
  maskedRow: nextTokenLossMaskRow,
};
