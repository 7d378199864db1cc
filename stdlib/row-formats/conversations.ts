/** A row is a complete conversation, rendered by a chat template. Only the assistant's tokens are targets. */
import { truncatedEpochRows, windowEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { causalLm } from "./causal-lm.js";
import type { RowFormat } from "./row-format.js";

export const conversations: RowFormat = {
  ...causalLm,
  name: "conversations",
  countEpoch: (part, max, packing) => (packing ? windowEpochRows(part, max, packing) : truncatedEpochRows(part, max)),
};
