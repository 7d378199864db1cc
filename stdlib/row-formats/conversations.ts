/** A row is a complete conversation, rendered by a chat template. Only the assistant's tokens are targets. */
import { countTruncatedEpochRows, countWindowedEpochRows } from "#dsl/compiler/plan/epoch-rows.js";
import { causalLm } from "./causal-lm.js";
import type { RowFormat } from "./row-format.js";

export const conversations: RowFormat = {
  ...causalLm,
  name: "conversations",
  countEpoch: (part, max, packing) =>
    packing ? countWindowedEpochRows(part, max, packing) : countTruncatedEpochRows(part, max),
};
