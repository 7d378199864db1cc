/** All data until now, from the weights that the first began with. */
import type { StrategyImplementation } from "../kinds/strategy.js";
import { replayOf } from "../lib/strategies/replay-buffer.js";
import { word } from "./joint.js";

export const joint: StrategyImplementation = {
  states: [],
  ...replayOf(word),
};
