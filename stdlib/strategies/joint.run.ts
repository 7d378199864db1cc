/** All data until now, from the weights that the first began with. */
import type { StrategyImplementation } from "../kinds/strategy.js";
import { memoryOf } from "../lib/strategies/memory.js";
import { word } from "./joint.js";

export const joint: StrategyImplementation = {
  states: [],
  ...memoryOf(word),
};
