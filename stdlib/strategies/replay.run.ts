/** Rows of earlier data beside the new ones. */
import type { StrategyImplementation } from "../kinds/strategy.js";
import { memoryOf } from "../lib/strategies/memory.js";
import { word } from "./replay.js";

export const replay: StrategyImplementation = {
  states: [],
  ...memoryOf(word),
};
