/** Joint training: all data so far, starting from the weights that the first data set started with. */
import type { StrategyImplementation } from "./kind.js";
import { replayFromCapabilities } from "./shared/replay-buffer.js";
import { word } from "./joint.js";

export const joint: StrategyImplementation = {
  states: [],
  ...replayFromCapabilities(word),
};
