/** Rows of earlier data beside the new ones. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { StrategyImplementation } from "../kinds/strategy.js";
import { word } from "./replay.js";

export const replay: StrategyImplementation = {
  states: [],
  memory(call) {
    const { share, choose, most } = argumentsOf(word, call);
    return { of: share, choose, ...(most !== undefined && { most }) };
  },
};
