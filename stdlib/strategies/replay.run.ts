/** Replays rows of earlier data together with the new ones. */
import type { StrategyImplementation } from "./kind.js";
import { replayFromCapabilities } from "./shared/replay-buffer.js";
import { word } from "./replay.js";

export const replay: StrategyImplementation = {
  states: [],
  ...replayFromCapabilities(word),
};
