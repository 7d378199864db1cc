/** Windows over texts, which end with the end token. Every token but the first is a target. */
import { Windows } from "../../sequences/windows.js";
import { askedOf } from "../asked-rows.js";
import { endOf } from "../end-token.js";
import { nextTokenMask } from "../masked-tokens.js";
import { sourceRows } from "./columns.js";
import { encodeTextInputs } from "./inputs.js";
import type { RowEncoder } from "./row-encoder.js";

export const causalLm: RowEncoder = {
  async encodeSplit(rows, e) {
    const windows = new Windows(await rows.texts({}), e.maxLength, endOf(e));
    const asked = askedOf(windows, e);
    return { ...sourceRows(rows, "text"), ids: windows, lengths: windows.lengths, taught: null, asked };
  },
  encodeInputs: encodeTextInputs,
  hasMask: () => true,
  maskTitle: "trained",
  maskedRow: nextTokenMask,
};
