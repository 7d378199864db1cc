/**
 * Dark experience replay: replays rows of earlier data in each batch, and keeps their logits near those that the model
 * predicted after learning them.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { replayLossTerm, squaredDistanceFromReplay } from "./shared/distance.js";
import { replayFromCapabilities } from "./shared/replay-buffer.js";
import { word } from "./der.js";

export const der: StrategyImplementation = {
  states: [],
  ...replayFromCapabilities(word),
  replayedOutputs: "stage_end",
  terms: (call) => [replayLossTerm(call, argumentsOf(word, call).strength, squaredDistanceFromReplay)],
};
