/** Rows of earlier data beside the new ones. */
import type { StrategyImplementation } from "../kinds/strategy.js";
import { replayOf } from "../lib/strategies/replay-buffer.js";
import { word } from "./replay.js";

export const replay: StrategyImplementation = {
  states: [],
  ...replayOf(word),
};
