/** All data until now, from the weights that the first began with. */
import type { StrategyImplementation } from "./kind.js";
import { replayOf } from "./shared/replay-buffer.js";
import { word } from "./joint.js";

export const joint: StrategyImplementation = {
  states: [],
  ...replayOf(word),
};
