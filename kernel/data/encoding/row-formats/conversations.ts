/** Encodes complete conversations, rendered by a chat template. Only the assistant's tokens are targets. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { conversationText } from "../../rows/conversations.js";
import { taskInputsOf } from "../prediction-rows.js";
import { causalLmEncoder } from "./causal-lm.js";
import type { RowEncoder } from "./row-encoder.js";

export const conversationsEncoder: RowEncoder = {
  ...causalLmEncoder,
  async encodeSplit(rows, e) {
    const chat = mustExist(e.chat, "the chat template");
    const { ids, lengths, trained } = await rows.chats({ chat, length: e.maxLength, data: e.data });
    return {
      count: rows.count,
      rows: rows.numbers,
      text: (row) => conversationText(rows.messages(row)),
      ids,
      lengths,
      trained,
      taskInputs: taskInputsOf(ids, e),
      taught: null,
    };
  },
};
