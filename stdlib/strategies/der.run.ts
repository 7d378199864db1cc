/** Rows of earlier data in each batch, kept near the logits that the model gave for them when it had learned them. */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { replayTerm, squaredDistance } from "./shared/distance.js";
import { replayOf } from "./shared/replay-buffer.js";
import { word } from "./der.js";

export const der: StrategyImplementation = {
  states: [],
  ...replayOf(word),
  replayedOutputs: "stage_end",
  terms: (call) => [replayTerm(call, argumentsOf(word, call).strength, squaredDistance)],
};
